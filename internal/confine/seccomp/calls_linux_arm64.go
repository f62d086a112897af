package seccomp

const (
	architecture = 0xc00000b7 // AUDIT_ARCH_AARCH64
	callSeccomp  = 277
)
