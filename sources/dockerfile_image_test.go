package sources

import (
	"fmt"
	"testing"
)

func TestImage(t *testing.T) {
	d, err := ParseDockerfile([]byte(`ARG VERSION=3.9.1
FROM kong:${VERSION} AS base
WORKDIR /home/kong
COPY a.yml b.yml ./conf/
COPY c.yml /etc/kong/kong.yml
COPY e.yml f.yml /etc/kong/more/
RUN chmod 644 conf/a.yml && sed -i s/a/b/ conf/b.yml && sed -i s/a/b/ /etc/kong/more/*.yml
CMD ["kong"]
FROM node AS other
COPY x /x
FROM base
COPY --from=other /x /y
COPY --from=other /z /etc/kong/
COPY --from=other /x /home/kong/conf
COPY d.yml temp.yml
ENTRYPOINT exec run
`))
	if err != nil {
		t.Fatal(err)
	}
	show := func(target string) string {
		i, ok := d.Image(target)
		out := fmt.Sprint(ok, " "+i.Base+" "+i.Dir+" ", i.Entrypoint, i.Command)
		for _, f := range i.Files {
			out += " " + f.Source + ">" + f.Target
			if f.Unknown != "" {
				out += "?"
			}
		}
		return out
	}
	for target, want := range map[string]string{
		"": "true kong:3.9.1 /home/kong [/bin/sh -c exec run] [] a.yml>/home/kong/conf/a.yml? b.yml>/home/kong/conf/b.yml? c.yml>/etc/kong/kong.yml " +
			"e.yml>/etc/kong/more/e.yml? f.yml>/etc/kong/more/f.yml? >/y? >/etc/kong/z? >/home/kong/conf? d.yml>/home/kong/temp.yml",
		"base": "true kong:3.9.1 /home/kong [] [kong] a.yml>/home/kong/conf/a.yml b.yml>/home/kong/conf/b.yml? c.yml>/etc/kong/kong.yml " +
			"e.yml>/etc/kong/more/e.yml? f.yml>/etc/kong/more/f.yml?",
		"other": "true node  [] [] x>/x",
		"none":  "false   [] []",
	} {
		if got := show(target); got != want {
			t.Errorf("%q: got  %s\nwant %s", target, got, want)
		}
	}
}
