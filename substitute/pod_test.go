package substitute

import (
	"fmt"
	"strings"
	"testing"

	"github.com/keylint/keylint/keys"
)

func known(s string) keys.Value { return keys.Known(keys.NewText(s)) }

// TestPod follows scripts and states what is left, in the form
// "text" or "unknown: reason", with where its lines come from and what it went through.
func TestPod(t *testing.T) {
	const config = "consumers:\n- key: ${ANON_KEY}\n- key: $ANON_KEY\n"
	for _, c := range []struct {
		name     string
		programs []Program
		env      []Variable
		open     string
		want     string
	}{
		{
			name:     "an initContainer renders, the server reads",
			programs: []Program{{Name: "init", Command: []string{"sh", "-c", "sed \"s|\\${ANON_KEY}|$ANON_KEY|\" /template/kong.yml > /out/kong.yml"}}, {Name: "kong"}},
			env:      []Variable{{Name: "ANON_KEY", Value: known("key-1")}},
			want:     "consumers:\n- key: key-1\n- key: $ANON_KEY\n | config:1 config:2 config:3 | sed in init",
		},
		{
			name: "programs are told first to last, whichever way they read",
			programs: []Program{
				{Name: "one", Command: []string{"sh", "-c", "envsubst '$X' < /template/kong.yml > /out/half.yml"}},
				{Name: "two", Command: []string{"sh", "-c", "sed \"s|a|b|\" /out/half.yml > /out/kong.yml"}},
			},
			want: "consumers:\n- key: ${ANON_KEY}\n- key: $ANON_KEY\n | config:1 config:2 config:3 | envsubst in one, sed in two",
		},
		{
			name:     "an unknown value makes its line unknown, and no other",
			programs: []Program{{Name: "init", Command: []string{"sh", "-c", "envsubst < /template/kong.yml > /out/kong.yml"}}},
			env:      []Variable{{Name: "ANON_KEY", Value: keys.Unknown("sealed")}},
			want:     "consumers:\n- key: (sealed)\n- key: (sealed)\n | config:1 config:2 config:3 | envsubst in init",
		},
		{
			name:     "what may come from elsewhere is unknown",
			programs: []Program{{Name: "init", Command: []string{"sh", "-c", "envsubst < /template/kong.yml > /out/kong.yml"}}},
			open:     "envFrom names a Secret that is not here",
			want:     "consumers:\n- key: (envFrom names a Secret that is not here)\n- key: (envFrom names a Secret that is not here)\n | config:1 config:2 config:3 | envsubst in init",
		},
		{
			name:     "an unset variable stops a shell under set -u",
			programs: []Program{{Name: "init", Command: []string{"bash", "-euc", "sed \"s|a|$ANON_KEY|\" /template/kong.yml > /out/kong.yml"}}},
			want:     "stopped: the shell ends there, because ANON_KEY is not set (ANON_KEY)",
		},
		{
			name:     "a program that is not known may have done anything",
			programs: []Program{{Name: "init", Command: []string{"sh", "-c", "cp /template/kong.yml /out/ && python3 fill.py /out/kong.yml"}}},
			want:     "unknown: what python3 in init makes of it is not known to keylint",
		},
		{
			name:     "nothing writes the file",
			programs: []Program{{Name: "init", Command: []string{"python3", "-c", "…"}}},
			want:     "no file, after python3 in init",
		},
		{
			name: "what depends on an unknown condition is unknown",
			programs: []Program{{Name: "init", Command: []string{"sh", "-c",
				"if grep -q x /etc/os-release; then echo a > /out/kong.yml; else echo b > /out/kong.yml; fi"}}},
			want: "unknown: it depends on a condition that cannot be told",
		},
		{
			name: "a check that exits is passed",
			programs: []Program{{Name: "init", Command: []string{"sh", "-c",
				"[ -z \"$ANON_KEY\" ] && { echo no key; exit 1; }\n[ -x /bin/sed ] || exit 1\necho \"key: $ANON_KEY\" > /out/kong.yml"}}},
			env:  []Variable{{Name: "ANON_KEY", Value: keys.Unknown("sealed")}},
			want: "key: (sealed)\n | : | ",
		},
		{
			name: "a script from a ConfigMap writes a here-document",
			programs: []Program{{Name: "init", Command: []string{"/scripts/render.sh"},
				Mounts: []Mount{{"scripts", "/scripts", ""}, {"out", "/out", ""}}}},
			env:  []Variable{{Name: "ANON_KEY", Value: known("key-1")}},
			want: "key: key-1\nother: \"key-1\"\n | script:4 script:5 | a here-document in init",
		},
		{
			name:     "the server's own entrypoint renders, and hands over",
			programs: []Program{{Name: "kong", Command: []string{"bash", "-c", "eval \"echo \\\"$(cat /template/kong.yml)\\\"\" > /out/kong.yml && /docker-entrypoint.sh kong docker-start\nrm /out/kong.yml"}}},
			env:      []Variable{{Name: "ANON_KEY", Value: known("key-1")}},
			want:     "consumers:\n- key: key-1\n- key: key-1\n | config:1 config:2 config:3 | eval in kong",
		},
		{
			name:     "a pipe keeps what it went through",
			programs: []Program{{Name: "init", Command: []string{"sh", "-c", "cat /template/kong.yml | envsubst | tee /out/kong.yml > /dev/null"}}},
			env:      []Variable{{Name: "ANON_KEY", Value: known("key-1")}},
			want:     "consumers:\n- key: key-1\n- key: key-1\n | config:1 config:2 config:3 | envsubst in init",
		},
		{
			name:     "a script exports what a file holds",
			programs: []Program{{Name: "init", Command: []string{"sh", "-c", "export $(cat /vars/env); envsubst < /template/kong.yml > /out/kong.yml"}, Mounts: []Mount{{"vars", "/vars", ""}, {"template", "/template", ""}, {"out", "/out", ""}}}},
			env:      []Variable{{Name: "ANON_KEY", Value: known("key-1")}},
			want:     "consumers:\n- key: key-2\n- key: key-2\n | config:1 config:2 config:3 | envsubst in init",
		},
		{
			name:     "a script sources a file of variables",
			programs: []Program{{Name: "init", Command: []string{"sh", "-c", "set -a; . /vars/env; envsubst < /template/kong.yml > /out/kong.yml"}, Mounts: []Mount{{"vars", "/vars", ""}, {"template", "/template", ""}, {"out", "/out", ""}}}},
			want:     "consumers:\n- key: key-2\n- key: key-2\n | config:1 config:2 config:3 | envsubst in init",
		},
		{
			name:     "a script sources what is not here",
			programs: []Program{{Name: "init", Command: []string{"sh", "-c", ". /nowhere/env; envsubst < /template/kong.yml > /out/kong.yml"}}},
			env:      []Variable{{Name: "ANON_KEY", Value: known("key-1")}},
			want:     "consumers:\n- key: (it may be set by env, which a script sources and keylint does not have)\n- key: (it may be set by env, which a script sources and keylint does not have)\n | config:1 config:2 config:3 | envsubst in init",
		},
		{
			name:     "a variable names the file",
			programs: []Program{{Name: "kong", Command: []string{"sh", "-c", "OUT=/out; sed -i 's/x/y/' \"$OUT/kong.yml\" 2>/dev/null; echo \"key: a\" > ${OUT}/$ANON_KEY"}}},
			env:      []Variable{{Name: "ANON_KEY", Value: known("kong.yml")}},
			want:     "key: a\n | : | ",
		},
		{
			name:     "one file of a volume",
			programs: []Program{{Name: "kong", Command: []string{"cp", "/etc/kong/declarative.yml", "/out/kong.yml"}, Mounts: []Mount{{"template", "/etc/kong/declarative.yml", "kong.yml"}, {"out", "/out", ""}}}},
			want:     config + " | config:1 config:2 config:3 | ",
		},
		{
			name:     "a shell that cannot be parsed",
			programs: []Program{{Name: "init", Command: []string{"sh", "-c", "if then fi ((( > /out/kong.yml"}}},
			want:     "no file, after a script that cannot be parsed as shell in init",
		},
		{
			name:     "a script that grows without end",
			programs: []Program{{Name: "init", Command: []string{"sh", "-c", "X=aaaaaaaaaaaaaaaa; while :; do X=$X$X; done; echo {1..999999999} {a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}; printf '%999999999d' 1; cp /template/kong.yml /out/; while :; do cat /out/kong.yml /out/kong.yml >> /out/x; cp /out/x /out/kong.yml; done; echo $X > /out/kong.yml"}}},
			want:     "stopped: it does too much to follow ()",
		},
		{
			name:     "a script without end",
			programs: []Program{{Name: "init", Command: []string{"sh", "-c", "f() { f; }; f; while true; do echo x; done > /out/kong.yml"}}},
			want:     "unknown: a loop goes on too long to follow",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			pod := NewPod(nil)
			pod.Put("template", "kong.yml", "config", known(config))
			pod.Put("scripts", "render.sh", "script", known("#!/bin/sh\nset -e\ncat > /out/kong.yml <<EOF\nkey: $ANON_KEY\nother: \"${ANON_KEY}\"\nEOF\nexec kong start\n"))
			pod.PutValue("vars", "env", "vars", known("# of the stack\nANON_KEY=key-2\n"))
			var o *Outcome
			for _, g := range c.programs {
				if g.Mounts == nil {
					g.Mounts = []Mount{{"template", "/template", ""}, {"out", "/out", ""}}
				}
				g.Env, g.OpenEnv = c.env, c.open
				o = pod.Run(&g)
			}
			if got := describe(o); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

// describe says what an outcome leaves at /out/kong.yml.
func describe(o *Outcome) string {
	if o.Stopped != "" {
		return fmt.Sprintf("stopped: %s (%s)", o.Stopped, o.Missing)
	}
	r := o.File("/out/kong.yml")
	if r == nil {
		return "no file, after " + steps(o.Unmodelled())
	}
	if r.Unknown != "" {
		return "unknown: " + r.Unknown
	}
	var text, from strings.Builder
	for i, line := range strings.SplitAfter(string(r.Text()), "\n") {
		if line == "" {
			continue
		}
		if v, _ := r.Resolve(line); v.IsKnown() {
			text.WriteString(v.Text().Reveal())
		} else {
			text.WriteString(valueMark.ReplaceAllString(line, "("+v.Reason()+")"))
		}
		if p := r.From[i]; p.Line > 0 {
			fmt.Fprintf(&from, "%s:%d ", p.Source, p.Line)
		} else {
			from.WriteString(": ")
		}
	}
	return fmt.Sprintf("%s | %s | %s", text.String(), strings.TrimSpace(from.String()), steps(r.Steps))
}

func steps(list []Step) string {
	var out []string
	for _, s := range list {
		out = append(out, s.Tool+" in "+s.Program)
	}
	return strings.Join(out, ", ")
}

// TestNoKeyIsInAFile states that a key's text is in no file, whatever went over it.
func TestNoKeyIsInAFile(t *testing.T) {
	const key = "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.c2lnbmF0dXJl"
	pod := NewPod(nil)
	pod.Put("template", "kong.yml", "config", known("- key: \"${ANON_KEY}\"\n"))
	o := pod.Run(&Program{
		Name: "init", Command: []string{"sh", "-c", "envsubst < /template/kong.yml | tee /a > /out/kong.yml; X=\"$ANON_KEY\"; echo $X > /b"},
		Env: []Variable{{Name: "ANON_KEY", Value: known(key + "\n")}}, Mounts: []Mount{{"template", "/template", ""}, {"out", "/out", ""}},
	})
	for name, f := range pod.files {
		if strings.Contains(f.text, "eyJ") {
			t.Errorf("the key is in %s", name)
		}
	}
	r := o.File("/out/kong.yml")
	if v, from := r.Resolve(string(r.Text())); v.Text().Reveal() != "- key: \""+key+"\n\"\n" || len(from) != 1 || from[0] != (Use{"init", "ANON_KEY"}) {
		t.Errorf("got %q of %v", v.Text().Reveal(), from)
	}
}

// TestNoKeyIsInAReason runs scripts that use a key where a path or a program belongs.
func TestNoKeyIsInAReason(t *testing.T) {
	const key = "eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.c2lnbmF0dXJl"
	for _, script := range []string{
		"$ANON_KEY > /out/kong.yml", "sh $ANON_KEY > /out/kong.yml", ". $ANON_KEY; cat /template/kong.yml > /out/kong.yml", "cat $ANON_KEY > /out/kong.yml",
		"sed $ANON_KEY /template/kong.yml > /out/kong.yml", "sed -$ANON_KEY x > /out/kong.yml", "awk $ANON_KEY x > /out/kong.yml", "awk -$ANON_KEY x > /out/kong.yml",
		"envsubst -$ANON_KEY > /out/kong.yml", "exit $ANON_KEY", "${NONE:?$ANON_KEY}", "set -eu; sed \"s|a|$ANON_KEY|$ANON_KEY|\" /template/kong.yml > /out/kong.yml",
		"base64 -d $ANON_KEY > /out/kong.yml", "echo $ANON_KEY | base64 -d > /out/kong.yml", "printf $ANON_KEY%9999d > /out/kong.yml", "eval $ANON_KEY > /out/kong.yml",
	} {
		pod := NewPod(nil)
		pod.Put("template", "kong.yml", "config", known("- key: a\n"))
		o := pod.Run(&Program{Name: "init", Command: []string{"sh", "-c", script}, Env: []Variable{{Name: "ANON_KEY", Value: known(key)}},
			Mounts: []Mount{{"template", "/template", ""}, {"out", "/out", ""}}})
		said := o.Stopped + steps(o.Unmodelled()) + strings.Join(o.Failed(), " ")
		for _, f := range o.Files() {
			said += f.Rendered.Unknown + steps(f.Rendered.Steps)
		}
		if strings.Contains(said, "eyJ") || strings.ContainsAny(said, markRunes) {
			t.Errorf("%s: %q", script, said)
		}
	}
}

// FuzzScript follows any script: it ends, and does not panic.
func FuzzScript(f *testing.F) {
	for _, s := range scripts {
		f.Add(fmt.Sprintf(s, "/template/kong.yml", "/out/kong.yml"))
	}
	f.Add("sed -e 's/a/b' -e '/x/{p;d}' < /template/kong.yml")
	f.Add("for x in {1..9}; do ${x}; done; $((1/0)); [[ a =~ b ]] && : ${y:?}")
	f.Fuzz(func(t *testing.T, script string) {
		pod := NewPod(nil)
		pod.Put("template", "kong.yml", "config", known(template))
		o := pod.Run(&Program{Name: "init", Command: []string{"bash", "-c", script}, Env: []Variable{{Name: "VALUE", Value: known("key-1")}},
			Mounts: []Mount{{"template", "/template", ""}, {"out", "/out", ""}}})
		if r := o.File("/out/kong.yml"); r != nil {
			r.Resolve(string(r.Text()))
		}
	})
}
