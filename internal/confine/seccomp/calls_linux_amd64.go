package seccomp

const (
	architecture = 0xc000003e // AUDIT_ARCH_X86_64
	callSeccomp  = 317
)
