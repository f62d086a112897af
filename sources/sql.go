package sources

import (
	"regexp"
	"strings"

	"github.com/keylint/keylint/keys"
)

// SQLSet is what one statement puts into a database under a name that a later statement may set anew: a secret
// of Supabase Vault, a setting of the database, or the keys that a function, a trigger or a job of pg_cron sends.
type SQLSet struct {
	Of   string // "vault secret service_role_key", "setting app.settings.jwt_secret", "cron job digest"; empty of what runs once
	Kind SQLKind

	Keys []Variable // none where it is taken away, or holds no key any more
	From string     // why the key's text is not known, where there is one that does not stand there
	URLs []Variable // the addresses that the keys are sent to
}

// SQLKind tells what such a name is.
type SQLKind int

// The kinds.
const (
	VaultSecret SQLKind = iota
	DatabaseSetting
	SQLRequest
)

// MaxSQL is the size in bytes above which a file of SQL is not read.
const MaxSQL = 1 << 20

// ParseSQL lists what a file of SQL sets, in order. It follows none of it: what an expression comes to is
// not known.
func ParseSQL(b []byte) []SQLSet {
	if len(b) > MaxSQL {
		return nil
	}
	text := withoutComments(string(b))
	s := &sqlReader{text: text, starts: lineStarts(text)}
	for _, st := range statements(text) {
		s.vault(st)
		s.settings(st)
		s.requests(st)
	}
	return s.sets
}

// sqlReader goes through the statements of a file, in which each has its place.
type sqlReader struct {
	text   string
	starts []int
	sets   []SQLSet
}

// span is a part of the text.
type span struct{ from, to int }

func (s *sqlReader) of(p span) string { return s.text[p.from:p.to] }

// variable is a text of the file with its place.
func (s *sqlReader) variable(name, value string, p span) Variable {
	v := Variable{Name: name, Value: keys.NewText(value)}
	v.Line, v.Column = place(s.starts, p.from)
	if line, column := place(s.starts, p.to); line == v.Line {
		v.EndColumn = column
	}
	return v
}

var (
	vaultCall   = regexp.MustCompile(`(?i)\bvault\s*\.\s*(create|update)_secret\s*\(`)
	vaultInsert = regexp.MustCompile(`(?i)\binsert\s+into\s+vault\s*\.\s*secrets\s*\(`)
	vaultUpdate = regexp.MustCompile(`(?i)\bupdate\s+vault\s*\.\s*secrets\s+set\b`)
	vaultDelete = regexp.MustCompile(`(?i)\bdelete\s+from\s+vault\s*\.\s*secrets\b`)
	nameIs      = regexp.MustCompile(`(?i)\bname\s*(?:=|in\s*\()\s*('[^']*'(?:\s*,\s*'[^']*')*)`)
	secretIs    = regexp.MustCompile(`(?i)\bsecret\s*=\s*`)
	values      = regexp.MustCompile(`(?i)\bvalues\s*\(`)
	quoted      = regexp.MustCompile(`'([^']*)'`)
	named       = regexp.MustCompile(`^\s*(\w+)\s*(?:=>|:=)`)
)

// vault reads what a statement does to the secrets of Supabase Vault: create_secret(new_secret, new_name, …) and
// update_secret(secret_id, new_secret, new_name, …) (supabase/vault sql/supabase_vault.sql), and the table itself.
func (s *sqlReader) vault(st span) {
	text := s.of(st)
	for _, m := range vaultCall.FindAllStringSubmatchIndex(text, -1) {
		args, end := s.list(st.from + m[1])
		parameters := []string{"new_secret", "new_name"}
		if text[m[2]] == 'u' || text[m[2]] == 'U' {
			parameters = []string{"secret_id", "new_secret", "new_name"}
		}
		given := s.arguments(args, parameters)
		name, _, ok := s.literal(given["new_name"])
		if !ok { // the one that was looked up, here or before it
			name = lastName(s.text[max(st.from, end-maxSQLText):end])
		}
		if _, _, ok := s.literal(given["new_secret"]); ok || !defines.MatchString(text) { // of a function, it is a parameter
			s.secret(name, given["new_secret"])
		}
	}
	if m := vaultInsert.FindStringIndex(text); m != nil {
		s.inserted(st, m[1])
	}
	if m := vaultUpdate.FindStringIndex(text); m != nil {
		if at := secretIs.FindStringIndex(text[m[1]:]); at != nil {
			from := st.from + m[1] + at[1]
			s.secret(lastName(text[m[1]:]), span{from, s.endOfValue(from, st.to)})
		}
	}
	if m := vaultDelete.FindStringIndex(text); m != nil {
		for _, name := range namesIn(text[m[1]:]) {
			s.sets = append(s.sets, SQLSet{Of: "vault secret " + name})
		}
	}
}

// inserted reads the rows that a statement puts into vault.secrets, behind the bracket of its columns.
func (s *sqlReader) inserted(st span, behind int) {
	columns, end := s.list(st.from + behind)
	m := values.FindStringIndex(s.text[end:st.to])
	if m == nil {
		return
	}
	for at := end + m[1]; ; {
		row, next := s.list(at)
		given := map[string]span{}
		for i, c := range columns {
			if i < len(row) {
				given[strings.ToLower(strings.Trim(s.of(c), " \t\r\n\""))] = row[i]
			}
		}
		name, _, _ := s.literal(given["name"])
		s.secret(name, given["secret"])
		rest := strings.TrimLeft(s.text[next:st.to], " \t\r\n")
		if !strings.HasPrefix(rest, ",") {
			return
		}
		open := strings.IndexByte(s.text[next:st.to], '(')
		if open < 0 {
			return
		}
		at = next + open + 1
	}
}

// secret adds a secret of Vault.
func (s *sqlReader) secret(name string, value span) {
	text, p, ok := s.literal(value)
	set := SQLSet{Of: "vault secret " + name, Kind: VaultSecret}
	switch {
	case value.to == 0 || name == "" && !ok:
		return
	case name == "":
		set.Of = ""
	}
	set.Keys = []Variable{s.variable(name, text, p)}
	if !ok {
		set.From = madeByExpression
	}
	s.sets = append(s.sets, set)
}

// namesIn are the names that a condition asks for.
func namesIn(text string) []string {
	var out []string
	for _, m := range nameIs.FindAllStringSubmatch(text, -1) {
		for _, q := range quoted.FindAllStringSubmatch(m[1], -1) {
			out = append(out, q[1])
		}
	}
	return out
}

// lastName is the last of them; empty where there is none.
func lastName(text string) string {
	all := namesIn(text)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1]
}

// altered matches what stands before the value that a database, or a role, is given.
var altered = regexp.MustCompile(`(?i)\balter\s+(?:database|role|user)\s+\S+\s+(?:in\s+database\s+\S+\s+)?(re)?set\s+"?([\w.]+)"?\s*(?:(?:to\b|=)\s*)?`)

// settings reads the settings that a statement gives the database, as literals: "app.settings.jwt_secret",
// and those that PostgREST takes from its role.
func (s *sqlReader) settings(st span) {
	text := s.of(st)
	for _, m := range altered.FindAllStringSubmatchIndex(text, -1) {
		name := text[m[4]:m[5]]
		set := SQLSet{Of: "setting " + name, Kind: DatabaseSetting}
		if m[2] < 0 {
			value, p, ok := s.literal(span{st.from + m[1], s.endOfValue(st.from+m[1], st.to)})
			if !ok && name != postgrestSecret {
				continue
			}
			if !ok {
				value, p, set.From = "", span{st.from + m[4], st.from + m[5]}, madeByExpression
			}
			set.Keys = []Variable{s.variable(name, value, p)}
		}
		s.sets = append(s.sets, set)
	}
	for _, m := range configured.FindAllStringIndex(text, -1) {
		args, _ := s.list(st.from + m[1])
		if len(args) == 0 {
			continue
		}
		set := SQLSet{Of: "setting " + postgrestSecret, Kind: DatabaseSetting}
		value, p, ok := s.literal(args[0])
		if !ok {
			value, p, set.From = "", args[0], madeByExpression
		}
		set.Keys = []Variable{s.variable(postgrestSecret, value, p)}
		s.sets = append(s.sets, set)
	}
}

// postgrestSecret is the setting that PostgREST takes its JWT secret from, before its own variables, as long as it may look into the
// database (docs.postgrest.org: in-database configuration).
const postgrestSecret = "pgrst.jwt_secret"

const madeByExpression = "it is made by an expression, which keylint does not work out"

// configured matches what stands before the value that a function gives it, which PostgREST calls first (db-pre-config).
var configured = regexp.MustCompile(`(?i)\bset_config\s*\(\s*'pgrst\.jwt_secret'\s*,`)

var (
	defines = regexp.MustCompile(`(?i)^\s*create\s+(?:or\s+replace\s+)?(?:constraint\s+)?(function|procedure|trigger)\s+([\w."]+)`)
	drops   = regexp.MustCompile(`(?i)^\s*drop\s+(function|procedure|trigger)\s+(?:if\s+exists\s+)?([\w."]+)`)
	cronJob = regexp.MustCompile(`(?i)\bcron\s*\.\s*(un)?schedule(?:_in_database)?\s*\(\s*(?:job_?name\s*(?:=>|:=)\s*)?'([^']*)'`)
	// request matches a key that is sent with a request, however the header is put together.
	request = regexp.MustCompile(`(?i)\b(?:(bearer)\s+|(apikey)["']*\s*(?:,|:|=>|=)\s*["']*)(ey[\w-]+\.ey[\w-]+\.[\w-]+|sb_[a-z]+_[\w-]+)`)
	// address matches that of one of Supabase's services.
	address = regexp.MustCompile(`https?://[^\s'"/]+(?:/(?:functions|rest|auth|storage|realtime)/v1|[^\s'"/]*\.supabase\.co)[^\s'"]*|https?://[^\s'"/]+\.supabase\.co\b`)
)

// requests reads the keys that a statement's requests send (pg_net, and the webhooks of triggers), by the
// function, trigger or job that makes them.
func (s *sqlReader) requests(st span) {
	text := s.of(st)
	sets := map[string]*SQLSet{}
	var order []string
	begin := func(of string) *SQLSet {
		if sets[of] == nil {
			sets[of], order = &SQLSet{Of: of, Kind: SQLRequest}, append(order, of)
		}
		return sets[of]
	}
	of := ""
	if m := defines.FindStringSubmatch(text); m != nil {
		of = strings.ToLower(m[1]) + " " + strings.ReplaceAll(m[2], `"`, "")
		begin(of)
	} else if m := drops.FindStringSubmatch(text); m != nil {
		begin(strings.ToLower(m[1]) + " " + strings.ReplaceAll(m[2], `"`, ""))
	}
	jobs := cronJob.FindAllStringSubmatchIndex(text, -1)
	for _, m := range jobs {
		begin("cron job " + text[m[4]:m[5]])
	}
	for _, m := range request.FindAllStringSubmatchIndex(text, -1) {
		by := of
		for _, job := range jobs {
			if job[0] < m[0] && job[2] < 0 {
				by = "cron job " + text[job[4]:job[5]]
			}
		}
		name := "apikey"
		if m[2] >= 0 {
			name = "Authorization"
		}
		set := begin(by)
		set.Keys = append(set.Keys, s.variable(name, text[m[6]:m[7]], span{st.from + m[6], st.from + m[7]}))
	}
	var urls []Variable
	for _, m := range address.FindAllStringIndex(text, -1) {
		urls = append(urls, s.variable("SUPABASE_URL", text[m[0]:m[1]], span{st.from + m[0], st.from + m[1]}))
	}
	for _, by := range order {
		sets[by].URLs = urls
		s.sets = append(s.sets, *sets[by])
	}
}
