package lint

// Rule is one thing that must hold.
type Rule struct {
	Name     string   // kebab-case, stable
	Summary  string   // one line
	Doc      string   // Markdown: why it matters and how to mend it
	Severity Severity // of its findings, unless a finding says otherwise

	// Bad and Good are tiny repositories (txtar archives) that show the rule. In them
	// {{anon}}, {{service_role}}, {{publishable}}, {{secret}} and {{jwt_secret}} stand for
	// the keys of one instance, {{anon.old}} and so on for those before the last
	// rotation. Bad yields just this rule, at the line marked "# HERE", or the one below
	// where that stands alone; Good nothing.
	Bad  string
	Good string

	Check func(*Pass)
}

// FindRule is the rule of a name; nil where there is none.
func FindRule(name string) *Rule {
	for _, r := range Rules() {
		if r.Name == name {
			return r
		}
	}
	return nil
}

// Rules lists all rules in the order in which they run: causes before what follows
// from them.
func Rules() []*Rule {
	return []*Rule{
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
