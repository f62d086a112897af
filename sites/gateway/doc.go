// Package gateway finds what accepts keys: Kong with a declarative configuration, Envoy, and
// the consumers of Kong's Ingress Controller.
//
// A gateway's pod is followed, program by program, up to the point where the gateway reads
// its configuration; each credential of the template is then led to the value that stands
// there in its place, or to its fate: deleted, left as it is, empty, refused.
package gateway
