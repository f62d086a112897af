package rules

import (
	"github.com/keylint/keylint/lint"
)

// Find is the rule of a name; nil where there is none.
func Find(name string) *lint.Rule {
	for _, r := range All() {
		if r.Name == name {
			return r
		}
	}
	return nil
}

// All lists all rules in the order in which they run: causes before what follows
// from them.
func All() []*lint.Rule {
	return []*lint.Rule{
		unreadable, renderFailed,
		sopsIntegrity, stillEncrypted, sealedSecretUnsealable, secretRefDangling,
		fluxEatsPlaceholder,
		placeholderEnvMissing, placeholderStyleMismatch, placeholderNotSubstituted, invalidCredential,
		sameKeyBothRoles, duplicateCredential, consumerMissing, aclMissing, formatVersionUnsupported,
		kicCredentialIgnored, asymmetricPartial, gatewayNotRolled, deadGatewayConfig,
		valueDoubleBase64, valueInterpolated, valueWhitespace, valueQuoted,
		serviceKeyPublic, roleSwap,
		keyMalformed, valueTruncated, opaqueKeyFormat, asymmetricKeyInApp, refURLMismatch,
		jwksShape, jwksMismatch,
		jwtSecretDrift, gatewayKeyMismatch, appKeyRejected, serverKeyRejected, backendKeyDrift,
		keyNotSignedBySecret, demoKey,
		envSourceConflict, envShadowedByEmpty, envFileNotInBuild, runtimePublicEnvInert,
		serverSecretInBuild, plaintextSecret,
		weakJWTSecret, keyExpired, keyExpiresSoon, keyShortLived, placeholderValue,
		unusedIgnore,
	}
}
