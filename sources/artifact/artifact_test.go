package artifact_test

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/keylint/keylint/internal/testbuilt"
	"github.com/keylint/keylint/internal/testkeys"
	"github.com/keylint/keylint/sources/artifact"
)

type entry = testbuilt.Entry

var all = testkeys.All()

// bundle is a chunk of a built app with a key in it.
func bundle(key string) string {
	return `(self.webpackChunk=self.webpackChunk||[]).push([[931],{1:(e,t,n)=>{let r=n(2).createClient("https://supabase.example.com","` + all[key] + `");}}]);`
}

func tarOf(entries ...entry) []byte { return testbuilt.Tar(entries...) }

// look looks into bytes, or a directory of entries.
func look(t *testing.T, name string, content any) *artifact.Built {
	t.Helper()
	disk := filepath.Join(t.TempDir(), "built")
	switch c := content.(type) {
	case []byte:
		if err := os.WriteFile(disk, c, 0o644); err != nil {
			t.Fatal(err)
		}
	case []entry:
		for _, e := range c {
			file := filepath.Join(disk, filepath.FromSlash(e.Name))
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(e.Text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	built, err := artifact.Look(disk, name)
	if err != nil {
		t.Fatal(err)
	}
	return built
}

// told are the keys as "file:line:column placeholder", with what is known of each.
func told(b *artifact.Built) []string {
	names := map[string]string{}
	for name, key := range all {
		names[key] = name
	}
	var out []string
	for _, k := range b.Keys {
		line := k.File
		if k.Line > 0 {
			line += fmt.Sprintf(":%d", k.Line)
		}
		line += " " + names[k.Text.Reveal()]
		if k.Served() {
			line += " served"
		}
		if k.Hidden != "" {
			line += " hidden by " + k.Hidden
		}
		if k.Attested {
			line += " attested"
		}
		out = append(out, line)
	}
	for _, i := range b.Images {
		for _, e := range i.Env {
			out = append(out, "env "+e.Name)
		}
		for _, e := range i.Given {
			out = append(out, fmt.Sprintf("step %d %s", e.Line, e.Name))
		}
	}
	for _, n := range b.Notes {
		out = append(out, fmt.Sprintf("%s %s: %s", n.Kind, n.File, n.Message))
	}
	return out
}

// TestLook: what is found in each form of what is built.
func TestLook(t *testing.T) {
	const chunk = "app/.next/static/chunks/main.js"
	old, now := entry{Name: chunk, Text: bundle("{{anon.old}}")}, entry{Name: chunk, Text: bundle("{{anon}}")}
	stale := testbuilt.Image{Layers: [][]byte{tarOf(now), tarOf(old)}}
	mended := testbuilt.Image{Layers: [][]byte{tarOf(old), tarOf(now)}}
	const upper = "web.tar/layer-2/" + chunk + ":1 {{anon}} served"
	const lower = "web.tar/layer-1/" + chunk + ":1 {{anon.old}} served hidden by layer-2"
	for name, c := range map[string]struct {
		content any
		want    []string
	}{
		"a directory":        {[]entry{{Name: "assets/index.js", Text: bundle("{{anon}}")}, {Name: "index.html", Text: "<html>"}}, []string{"web.tar/assets/index.js:1 {{anon}} served"}},
		"a server's output":  {[]entry{{Name: "server/index.js", Text: bundle("{{anon}}")}, {Name: "index.html", Text: "<html>"}}, []string{"web.tar/server/index.js:1 {{anon}}"}},
		"an app's source":    {[]entry{{Name: "src/index.js", Text: bundle("{{anon}}")}, {Name: "index.html", Text: "<html>"}, {Name: "package.json", Text: "{}"}}, []string{"web.tar/src/index.js:1 {{anon}}"}},
		"a single file":      {[]byte("\n\n  " + bundle("{{anon}}")), []string{"web.tar:3 {{anon}}"}},
		"a tarball":          {tarOf(old), []string{"web.tar/" + chunk + ":1 {{anon.old}} served"}},
		"a packed tarball":   {testbuilt.Gzip(tarOf(old)), []string{"web.tar/" + chunk + ":1 {{anon.old}} served"}},
		"one packed by zstd": {testbuilt.Zstd(tarOf(old)), []string{"web.tar/" + chunk + ":1 {{anon.old}} served"}},
		"a name twice":       {tarOf(old, now), []string{"web.tar/" + chunk + ":1 {{anon}} served"}},
		"a tarball in it":    {tarOf(entry{Name: "a.tgz", Text: string(testbuilt.Gzip(tarOf(old)))}), []string{"web.tar/a.tgz/" + chunk + ":1 {{anon.old}} served"}},
		"packed in each other": {testbuilt.Gzip(tarOf(entry{Name: "a.tgz", Text: string(testbuilt.Gzip(tarOf(old, entry{Name: "b.zst", Text: string(testbuilt.Zstd([]byte(bundle("{{publishable}}"))))})))})),
			[]string{"web.tar/a.tgz/" + chunk + ":1 {{anon.old}} served", "web.tar/a.tgz/b.zst:1 {{publishable}}"}},
		"a jar in it":          {tarOf(entry{Name: "a.jar", Text: string(testbuilt.Zip(entry{Name: "application.yml", Text: "supabase:\n  key: " + all["{{service_role}}"]}))}), []string{"web.tar/a.jar/application.yml:2 {{service_role}}"}},
		"a packed chunk":       {[]entry{{Name: "public/x.js.gz", Text: string(testbuilt.Gzip([]byte(bundle("{{anon}}"))))}}, []string{"web.tar/public/x.js.gz:1 {{anon}} served"}},
		"a whiteout, no image": {tarOf(entry{Name: "a/.wh.x.js"}, entry{Name: "a/x.js", Text: bundle("{{anon}}")}), []string{"web.tar/a/x.js:1 {{anon}}"}},
		"the cache of a build": {[]entry{{Name: ".next/cache/0.pack", Text: bundle("{{anon.old}}")}}, []string{"skipped web.tar/.next/cache: it is the cache of a build, which is not deployed"}},
		"an APK": {testbuilt.Zip(entry{Name: "AndroidManifest.xml", Text: "\x03\x00"}, entry{Name: "assets/index.android.bundle", Text: "\xc6\x1f\xbc\x03\x00\x00createClient" + all["{{anon}}"] + "setItem" + all["{{publishable}}"] + "x"}),
			[]string{"web.tar/assets/index.android.bundle {{anon}} served", "web.tar/assets/index.android.bundle {{publishable}} served"}},

		"stale below, good above":         {mended.Saved(), []string{lower, upper}},
		"good below, stale above":         {stale.Saved(), []string{"web.tar/layer-1/" + chunk + ":1 {{anon}} served hidden by layer-2", "web.tar/layer-2/" + chunk + ":1 {{anon.old}} served"}},
		"a saved image that is packed":    {testbuilt.Gzip(mended.Saved()), []string{lower, upper}},
		"a layout":                        {mended.Layout(), []string{lower, upper}},
		"a layout in a tarball":           {tarOf(mended.Layout()...), []string{lower, upper}},
		"packed layers":                   {testbuilt.Image{Layers: [][]byte{testbuilt.Gzip(tarOf(old)), testbuilt.Zstd(tarOf(now))}}.Saved(), []string{lower, upper}},
		"one layer twice":                 {testbuilt.Image{Layers: [][]byte{tarOf(old), tarOf(now), tarOf(old)}}.Layout(), []string{"web.tar/layer-2/" + chunk + ":1 {{anon}} served hidden by layer-3", "web.tar/layer-3/" + chunk + ":1 {{anon.old}} served"}},
		"removed":                         {testbuilt.Image{Layers: [][]byte{tarOf(old), tarOf(entry{Name: "app/.next/static/chunks/.wh.main.js"})}}.Saved(), []string{lower}},
		"its directory removed":           {testbuilt.Image{Layers: [][]byte{tarOf(old), tarOf(entry{Name: "app/.wh..next"})}}.Saved(), []string{lower}},
		"its directory anew":              {testbuilt.Image{Layers: [][]byte{tarOf(old), tarOf(entry{Name: "app/"}, entry{Name: "app/.wh..wh..opq"})}}.Saved(), []string{lower}},
		"a link in its directory's place": {testbuilt.Image{Layers: [][]byte{tarOf(old), tarOf(entry{Name: "app", Link: "/srv"})}}.Saved(), []string{lower}},
		"its directory again":             {testbuilt.Image{Layers: [][]byte{tarOf(now), tarOf(entry{Name: "app/"}, entry{Name: "app/x"})}}.Saved(), []string{"web.tar/layer-1/" + chunk + ":1 {{anon}} served"}},
		"removed and made in a layer":     {testbuilt.Image{Layers: [][]byte{tarOf(entry{Name: "app/.wh.x.js"}, entry{Name: "app/x.js", Text: bundle("{{anon}}")})}}.Saved(), []string{"web.tar/layer-1/app/x.js:1 {{anon}}"}},
		"a hard link that is left": {testbuilt.Image{Layers: [][]byte{tarOf(entry{Name: "a/x.js", Text: bundle("{{anon}}")}, entry{Name: "b/x.js", Link: "a/x.js", Hard: true}), tarOf(entry{Name: ".wh.a"})}}.Saved(),
			[]string{"web.tar/layer-1/a/x.js:1 {{anon}} hidden by layer-2", "web.tar/layer-1/b/x.js:1 {{anon}}"}},
		"environment and history": {testbuilt.Image{
			Layers: [][]byte{tarOf(entry{Name: "x"})}, Env: []string{"PATH=/bin", "SUPABASE_SERVICE_ROLE_KEY=" + all["{{service_role}}"]},
			History: []string{"/bin/sh -c #(nop)  ENV NODE_ENV=production", "RUN |2 A=b c SUPABASE_SERVICE_ROLE_KEY=" + all["{{service_role.old}}"] + " /bin/sh -c npm run build # buildkit"},
		}.Saved(), []string{"web.tar/history:2 {{service_role.old}} attested", "env PATH", "env SUPABASE_SERVICE_ROLE_KEY", "step 1 NODE_ENV", "step 2 A", "step 2 SUPABASE_SERVICE_ROLE_KEY"}},
		"an attestation": {testbuilt.Image{Layers: [][]byte{tarOf(entry{Name: "x"})}, Attested: `{"build-arg:KEY": "` + all["{{secret}}"] + `"}`}.Layout(),
			[]string{"web.tar/attestation:1 {{secret}} attested"}},
		"a layer that is missing": {tarOf(entry{Name: "manifest.json", Text: `[{"Config":"c.json","Layers":["a/layer.tar"]}]`}),
			[]string{"unreadable web.tar: layer 1 is not in it, or is no tarball", "unreadable web.tar: the image's configuration, with its environment and history, is not in it or cannot be parsed"}},
	} {
		got := told(look(t, "web.tar", c.content))
		if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

// TestText: in which texts a key is found, by which name, and which URL is the nearest.
func TestText(t *testing.T) {
	anon := all["{{anon}}"]
	half := len(anon) / 2
	for name, c := range map[string]struct{ text, variable, url string }{
		"as Vite builds in":     {`const e={VITE_SUPABASE_URL:"https://a.example.com",VITE_SUPABASE_ANON_KEY:"` + anon + `",PROD:!0}`, "VITE_SUPABASE_ANON_KEY", "https://a.example.com"},
		"in a page's data":      {`self.__next_f.push([1,"{\"url\":\"https:\/\/a.example.com\/x\",\"anonKey\":\"` + anon + `\"}"])`, "anonKey", "https://a.example.com"},
		"escaped in a page":     {`{"url":"https:\u002F\u002Fa.example.com","k":"\u0022` + anon + `\u0022"}`, "", "https://a.example.com"},
		"behind an escape":      {`a="X=1\n` + anon + `\n"`, "", ""},
		"in a URL":              {"?token%3D" + anon + "%26", "", ""},
		"in pieces":             {`a="` + anon[:half] + `"+"` + anon[half:] + `"`, "", ""},
		"in base64":             {`a: "` + base64.StdEncoding.EncodeToString([]byte(anon)) + `"`, "", ""},
		"the nearer of two":     {`u="http://localhost:54321";v="https://a.example.com:8443";k="` + anon + `";w="https://b.example.com/"`, "", "https://a.example.com:8443"},
		"with one far away":     {"https://b.example.com" + strings.Repeat(" ", 2<<20) + `k="` + anon + `"`, "", ""},
		"behind two megabytes":  {strings.Repeat("x", 2<<20) + `;u="https://a.example.com",k="` + anon + `"`, "", "https://a.example.com"},
		"as a fallback":         {`process.env.KEY||"` + anon + `"`, "process.env.KEY", ""},
		"with a part of a name": {`x` + anon, "none", ""},
	} {
		b := look(t, "x.js", []byte(c.text))
		if c.variable == "none" {
			if len(b.Keys) > 0 {
				t.Errorf("%s: found", name)
			}
			continue
		}
		if len(b.Keys) != 1 || b.Keys[0].Text.Reveal() != anon {
			t.Errorf("%s: %d keys, or another one", name, len(b.Keys))
			continue
		}
		k := b.Keys[0]
		url := ""
		if len(k.URLs) > 0 {
			url = k.URLs[0].URL
		}
		if k.Name != c.variable || url != c.url {
			t.Errorf("%s: name %q, URL %q; want %q, %q", name, k.Name, url, c.variable, c.url)
		}
	}
}

// TestStraddling: a key is found wherever it lies to the borders of what is held at a time, once, and at its place.
func TestStraddling(t *testing.T) {
	anon := all["{{anon}}"]
	for _, before := range []int{0, 1, 1<<20 - 1, 1 << 20, 1<<20 - 100, 1<<20 - 100_000, 1<<20 - 84<<10, 1<<20 - 84<<10 - 50, 2<<20 - 149<<10} {
		for _, filling := range []string{" ", "\n", "\x00"} {
			text := strings.Repeat(filling, before) + `"` + anon + `"` + strings.Repeat(filling, 3<<20)
			b := look(t, "x", []byte(text))
			line, column := 1, before+2
			switch {
			case filling == "\n":
				line, column = before+1, 2
			case filling == "\x00" && before > 0:
				line, column = 0, 0
			}
			switch {
			case len(b.Keys) != 1:
				t.Errorf("behind %d of %q: %d keys", before, filling, len(b.Keys))
			case b.Keys[0].Text.Reveal() != anon:
				t.Errorf("behind %d of %q: another key", before, filling)
			case before > 0 && (b.Keys[0].Line != line || b.Keys[0].Column != column):
				t.Errorf("behind %d of %q: at %d:%d, want %d:%d", before, filling, b.Keys[0].Line, b.Keys[0].Column, line, column)
			}
		}
	}
}

// TestHostile: what lies, leads out, is cut or bursts ends with a note, and what can be read is.
func TestHostile(t *testing.T) {
	good := entry{Name: "a/x.js", Text: bundle("{{anon}}")}
	whole := tarOf(good, entry{Name: "b", Text: strings.Repeat("b", 4000)})
	packed := testbuilt.Gzip(whole)
	const found = "web.tar/a/x.js:1 {{anon}}"
	const cut = "it ends in the middle: only what stands before that was looked into"
	nested := []byte(bundle("{{anon}}"))
	for range 12 {
		nested = tarOf(entry{Name: "n", Text: string(nested)})
	}
	for name, c := range map[string]struct {
		content []byte
		want    []string
	}{
		"empty":                   {nil, nil},
		"cut in a file":           {whole[:len(whole)-3000], []string{found, "unreadable web.tar: " + cut, "unreadable web.tar/b: " + cut}},
		"cut in a header":         {whole[:1024+100], []string{found, "unreadable web.tar: " + cut}},
		"packed and cut":          {packed[:len(packed)-30], []string{found, "unreadable web.tar: " + cut}},
		"a name that leads out":   {tarOf(entry{Name: "../../etc/x.js", Text: good.Text}), []string{"web.tar/etc/x.js:1 {{anon}}", "skipped web.tar: a name in it leads out (../): it is read under what is left of it, and nothing is written"}},
		"a link that leads out":   {tarOf(entry{Name: "a", Link: "/etc/passwd"}, entry{Name: "a/x.js", Text: good.Text}), []string{found}},
		"a link to itself":        {tarOf(entry{Name: "manifest.json", Link: "manifest.json"}, good), []string{found}},
		"a hard link to itself":   {tarOf(good, entry{Name: "a/x.js", Link: "a/x.js", Hard: true}), []string{found}},
		"archives without end":    {nested, []string{"bound web.tar/n/n/n/n/n/n/n/n: what is packed deeper in each other is not looked into"}},
		"a zip that is none":      {[]byte("PK\x03\x04" + strings.Repeat("x", 100)), []string{"unreadable web.tar: it cannot be read on: zip: not a valid zip file"}},
		"a manifest that is none": {tarOf(entry{Name: "manifest.json", Text: "[{]"}, good), []string{found}},
		"an index of itself":      {tarOf(entry{Name: "index.json", Text: `{"manifests":[{"digest":"../index.json"}]}`}, good), []string{found}},
		"a number that is none":   {tarOf(entry{Name: "manifest.json", Text: `[{"Config":"` + strings.Repeat("../", 50) + `etc/passwd","Layers":["a"]}]`}), []string{"unreadable web.tar: layer 1 is not in it, or is no tarball", "unreadable web.tar: the image's configuration, with its environment and history, is not in it or cannot be parsed"}},
		"packed by what is not opened": {tarOf(entry{Name: "x.js.br", Text: "\x8b"}, entry{Name: "y.js.br", Text: "\x8b"}, entry{Name: "z.xz", Text: "\xfd7zXZ\x00"}, good),
			[]string{found, "skipped web.tar/x.js.br: it is packed by brotli, which keylint does not open, nor 1 more", "skipped web.tar/z.xz: it is packed by xz, which keylint does not open"}},
	} {
		got := told(look(t, "web.tar", c.content))
		slices.Sort(got)
		slices.Sort(c.want)
		if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
			t.Errorf("%s:\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

// TestBomb: what bursts is read up to a bound, and the rest is still looked into.
func TestBomb(t *testing.T) {
	if testing.Short() {
		t.Skip("it unpacks a gigabyte")
	}
	zeros := testbuilt.Zeros(2 << 30)
	b := look(t, "web.tar", tarOf(entry{Name: "bomb.gz", Text: string(zeros)}, entry{Name: "a/x.js", Text: bundle("{{anon}}")}))
	want := []string{"web.tar/a/x.js:1 {{anon}}", "bound web.tar/bomb.gz: it unpacks to more than 200 times its size: the rest is not read"}
	if got := told(b); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

// FuzzLook: whatever the bytes are, it ends, and finds keys only where there are some.
func FuzzLook(f *testing.F) {
	layer := tarOf(entry{Name: "a/x.js", Text: bundle("{{anon}}")}, entry{Name: "a/.wh.y"})
	image := testbuilt.Image{Layers: [][]byte{layer, testbuilt.Gzip(layer)}, Env: []string{"A=b"}, History: []string{"RUN |1 A=b /bin/sh"}}
	f.Add(layer)
	f.Add(image.Saved())
	f.Add(tarOf(image.Layout()...))
	f.Add(testbuilt.Gzip(layer))
	f.Add(testbuilt.Zstd(layer))
	f.Add(testbuilt.Zip(entry{Name: "a", Text: bundle("{{publishable}}")}))
	f.Add([]byte(bundle("{{anon}}")))
	f.Fuzz(func(t *testing.T, content []byte) {
		b := look(t, "x", content)
		for _, k := range b.Keys {
			if k.File == "" || k.Text.Len() < 30 {
				t.Fatalf("a key of %d bytes in %q", k.Text.Len(), k.File)
			}
		}
	})
}
