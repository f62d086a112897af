// Command buildkit says what the RUN instructions of a Dockerfile see of the environment, by BuildKit's own frontend and
// without a daemon. keylint's tests compare with it.
//
//	buildkit [-target STAGE] [-build-arg NAME=VALUE]… DOCKERFILE
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerui"
	"github.com/moby/buildkit/solver/pb"
	digest "github.com/opencontainers/go-digest"
)

// build is what a build comes to.
type build struct {
	Runs []run    // those that it takes, each behind what it needs
	Env  []string // of the image
}

// run is one RUN.
type run struct {
	Line int // where it begins
	Args []string
	Env  []string
}

func main() {
	target := flag.String("target", "", "the `stage` to build")
	args := map[string]string{}
	flag.Func("build-arg", "`NAME=VALUE`", func(s string) error {
		name, value, _ := strings.Cut(s, "=")
		args[name] = value
		return nil
	})
	flag.Parse()
	if err := convert(flag.Arg(0), *target, args); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func convert(file, target string, args map[string]string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	ctx := context.Background()
	result, err := dockerfile2llb.Dockerfile2LLB(ctx, text, dockerfile2llb.ConvertOpt{
		Config:       dockerui.Config{Target: target, BuildArgs: args},
		MetaResolver: empty{},
		SourceMap:    llb.NewSourceMap(nil, file, "Dockerfile", text),
	})
	if err != nil {
		return err
	}
	definition, err := result.State.Marshal(ctx)
	if err != nil {
		return err
	}
	out := build{Env: result.Image.Config.Env}
	for _, b := range definition.Def {
		var op pb.Op
		if err := op.UnmarshalVT(b); err != nil {
			return err
		}
		if exec := op.GetExec(); exec != nil {
			at := definition.Source.Locations[digest.FromBytes(b).String()]
			out.Runs = append(out.Runs, run{int(at.Locations[0].Ranges[0].Start.Line), exec.Meta.Args, exec.Meta.Env})
		}
	}
	return json.NewEncoder(os.Stdout).Encode(out)
}

// empty is a registry in which every image is there and sets nothing.
type empty struct{}

func (empty) ResolveImageConfig(_ context.Context, ref string, _ sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	return ref, "", []byte(`{"architecture":"amd64","os":"linux","config":{}}`), nil
}

var _ llb.ImageMetaResolver = empty{}
