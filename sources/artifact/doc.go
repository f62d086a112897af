// Package artifact looks into what was built: the directory that a bundler wrote, a tarball, a zip such as an APK or an IPA, an
// image as docker save or an OCI layout has it. It knows nothing of repositories and instances: it gives the texts that have a
// Supabase key's form, with the file in which each stands and the URLs that stand near it.
//
// Everything is read once, in the order in which it lies there, and nothing is kept but what was found: a layer of many
// gigabytes takes no more memory than a small one. Whether a container is an image is said by its last entries as often as by
// its first. So each archive in it is read as if it were a layer, with what it has and removes at which path, of which a hash is
// kept; once all is read, the manifest, if there is one, says which are layers and in which order they lie, and with that
// which of the files are left.
//
// Nothing in it is trusted. Links are not followed, a name that leads out is a name, nothing is written; what is read is bounded
// in bytes, in its ratio to what is packed, in files and in how deep archives lie in each other. Where a bound is reached, and
// where something cannot be read, a note says so.
package artifact
