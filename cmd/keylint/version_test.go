package main

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestDescribeBuild(t *testing.T) {
	stamped := &debug.BuildInfo{
		Main: debug.Module{Version: "v0.1.1-0.20261123120000-0123456789ab+dirty"},
		Settings: []debug.BuildSetting{
			{Key: "vcs.revision", Value: "0123456789abcdef"},
			{Key: "vcs.time", Value: "2026-11-23T12:00:00Z"},
			{Key: "vcs.modified", Value: "true"},
		},
	}
	for name, c := range map[string]struct {
		release string
		info    *debug.BuildInfo
		want    build
	}{
		"nothing known": {want: build{Version: "(devel)"}},
		"no version":    {info: &debug.BuildInfo{}, want: build{Version: "(devel)"}},
		"a module":      {info: &debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}}, want: build{Version: "1.2.3"}},
		"a checkout": {info: stamped, want: build{
			Version: "0.1.1-0.20261123120000-0123456789ab+dirty", Commit: "0123456789abcdef", Date: "2026-11-23T12:00:00Z", Modified: true}},
		"a release": {release: "1.2.3", info: stamped, want: build{
			Version: "1.2.3", Commit: "0123456789abcdef", Date: "2026-11-23T12:00:00Z", Modified: true}},
	} {
		c.want.Go, c.want.OS, c.want.Arch = runtime.Version(), runtime.GOOS, runtime.GOARCH
		if got := describeBuild(c.release, c.info); got != c.want {
			t.Errorf("%s:\n got %+v\nwant %+v", name, got, c.want)
		}
	}
}
