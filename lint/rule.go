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
