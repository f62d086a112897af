package keys

// Slot is one of the keys that a Supabase instance has.
type Slot string

// The slots. The legacy pair are HS256 JWTs, the opaque pair start with "sb_", the
// asymmetric pair are ES256 JWTs that only the gateway may use internally.
const (
	Anon                  Slot = "anon"
	ServiceRole           Slot = "service_role"
	Publishable           Slot = "publishable"
	Secret                Slot = "secret"
	AnonAsymmetric        Slot = "anon_asymmetric"
	ServiceRoleAsymmetric Slot = "service_role_asymmetric"
	JWTSecret             Slot = "jwt_secret"
	JWTKeys               Slot = "jwt_keys"
	JWKS                  Slot = "jwks"
)

// Role is what a slot lets its holder do.
type Role string

// The roles: Public keys may be seen by anyone, Server keys bypass row level
// security, Signing keys mint or check the others.
const (
	Public  Role = "public"
	Server  Role = "server"
	Signing Role = "signing"
)

// Role of the slot; empty for an unknown slot.
func (s Slot) Role() Role {
	switch s {
	case Anon, Publishable, AnonAsymmetric:
		return Public
	case ServiceRole, Secret, ServiceRoleAsymmetric:
		return Server
	case JWTSecret, JWTKeys, JWKS:
		return Signing
	}
	return ""
}
