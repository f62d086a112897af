package rules

import (
	"slices"

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

// All lists all rules. They run in this order, but for what a rule says that it runs after.
func All() []*lint.Rule { return append(slices.Clone(others), unusedIgnore) }

// others are all rules but unused-ignore, which looks at what these ignored.
var others = []*lint.Rule{
	unreadable, renderFailed,
	sopsIntegrity, stillEncrypted, sealedSecretUnsealable, secretRefDangling,
	buildArgUnused, buildArgMissing, chartValueUnused, variableNotRead, variableNotSet, verifierWithoutSecret, runtimePublicEnvInert,
	fluxEatsPlaceholder,
	placeholderEnvMissing, placeholderStyleMismatch, placeholderNotSubstituted, invalidCredential,
	sameKeyBothRoles, duplicateCredential, consumerMissing, aclMissing, formatVersionUnsupported,
	kicCredentialIgnored, asymmetricPartial, gatewayNotRolled, deadGatewayConfig,
	valueDoubleBase64, valueInterpolated, valueWhitespace, valueQuoted,
	serviceKeyPublic, roleSwap, roleFallback,
	keyMalformed, valueTruncated, opaqueKeyFormat, keyNotAKey, asymmetricKeyInApp, refURLMismatch,
	jwksShape, jwksMismatch,
	jwtSecretDrift, gatewayKeyMismatch, appKeyRejected, serverKeyRejected, backendKeyDrift,
	staleCredential, keyNotSignedBySecret, roleNotTaken, demoKey,
	envSourceConflict, envShadowedByEmpty, envFileNotInBuild, keyEmpty,
	serverSecretInBuild, plaintextSecret, apikeyMissing,
	weakJWTSecret, keyExpired, keyExpiresSoon, keyShortLived, placeholderValue,
}
