package lint

import "fmt"

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

	After []*Rule // causes: rules that explain what would be found here as well
	ByKey bool    // the right key at the places of a finding mends it
	Check func(*Pass)
}

// InOrder puts rules in the order in which they run: the given one, but each behind all that
// it runs after. What it runs after and is not among them is left out. It is an error where
// rules wait for each other.
func InOrder(rules []*Rule) ([]*Rule, error) {
	var order []*Rule
	state := map[*Rule]int{} // 1 while what it waits for is looked at, 2 when it is in order
	given := map[*Rule]bool{}
	for _, r := range rules {
		given[r] = true
	}
	var visit func(r *Rule) error
	visit = func(r *Rule) error {
		switch state[r] {
		case 1:
			return fmt.Errorf("the rule %s waits for itself", r.Name)
		case 2:
			return nil
		}
		state[r] = 1
		for _, cause := range r.After {
			if err := visit(cause); err != nil {
				return err
			}
		}
		state[r] = 2
		if given[r] {
			order = append(order, r)
		}
		return nil
	}
	for _, r := range rules {
		if err := visit(r); err != nil {
			return nil, err
		}
	}
	return order, nil
}
