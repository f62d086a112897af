package sources

import "regexp"

// coolifyMark matches what only Coolify gives a meaning to: the variables that it generates, and
// the header of its templates (coolify bootstrap/helpers/parsers.php, templates/compose).
var coolifyMark = regexp.MustCompile(`\bSERVICE_(?:FQDN|URL|USER|PASSWORD|BASE64|REALBASE64|SUPABASEANON|SUPABASESERVICE)_|(?m:^# slogan:)`)

// coolifyVariable matches the variables that Coolify generates where nobody sets them. The type stands up
// to the last underscore (coolify bootstrap/helpers/shared.php: generateEnvValue).
var coolifyVariable = regexp.MustCompile(`^SERVICE_(?:FQDN|URL|USER|PASSWORD|BASE64|REALBASE64|HEX|SUPABASEANON|SUPABASESERVICE)_`)

// IsCoolifyVariable says whether Coolify generates the variable.
func IsCoolifyVariable(name string) bool { return coolifyVariable.MatchString(name) }

// IsCoolify says whether Coolify deploys the project. It is no plain compose then: among other
// things, it writes an ARG for each variable into the Dockerfile before it builds.
func (p *ComposeProject) IsCoolify() bool {
	for _, f := range p.Files {
		if b, err := f.Disk(); err == nil && coolifyMark.Match(b) {
			return true
		}
	}
	return false
}
