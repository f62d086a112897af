package rules_test

import (
	"strings"
	"testing"
)

// TestDelivery: a finding says who builds the app, and as what it runs, by the name of the image.
func TestDelivery(t *testing.T) {
	const build = `
-- apps/web/Dockerfile --
FROM node:22
ARG NEXT_PUBLIC_SUPABASE_ANON_KEY
COPY . .
RUN npm run build
-- apps/web/.env.production --
NEXT_PUBLIC_SUPABASE_URL=https://api.example.com
NEXT_PUBLIC_SUPABASE_ANON_KEY={{anon.old}}
-- k8s/web.yaml --
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop, namespace: web}
spec:
  template:
    spec:
      containers: [{name: web, image: "ghcr.io/example/web:1.4.2"}]
`
	for name, c := range map[string]struct{ by, want string }{
		"workflow": {`
-- .github/workflows/web.yml --
on: push
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/build-push-action@v6
        with: {context: apps/web, tags: "ghcr.io/${{ github.repository_owner }}/web:${{ github.sha }}"}
`, "rebuild apps/web (built by .github/workflows/web.yml job image, runs as Deployment web/shop)"},
		"metadata": {`
-- .github/workflows/web.yml --
on: push
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - uses: docker/metadata-action@v5
        id: meta
        with: {images: ghcr.io/example/web}
      - uses: docker/build-push-action@v6
        with: {context: apps/web, tags: "${{ steps.meta.outputs.tags }}"}
`, "(built by .github/workflows/web.yml job image, runs as Deployment web/shop)"},
		"bake": {`
-- docker-bake.hcl --
variable "TAG" { default = "latest" }
target "web" {
  context = "apps/web"
  tags = ["ghcr.io/example/web:${TAG}"]
  args = { X = "y" }
}
`, "(built by docker-bake.hcl target web, runs as Deployment web/shop)"},
		"command": {`
-- .github/workflows/web.yml --
on: push
jobs:
  image:
    runs-on: ubuntu-latest
    steps:
      - run: docker build -t ghcr.io/example/web:$GITHUB_SHA apps/web
`, "(built by .github/workflows/web.yml job image, runs as Deployment web/shop)"},
		"compose": {`
-- docker-compose.yml --
services:
  web:
    image: ghcr.io/example/web:${TAG}
    build: apps/web
`, "(built by docker-compose.yml service web, runs as Deployment web/shop)"},
		"another": {`
-- docker-compose.yml --
services:
  web: {image: "ghcr.io/example/website", build: apps/web}
`, "(built by docker-compose.yml service web):"},
	} {
		t.Run(name, func(t *testing.T) {
			result := lintArchive(t, carrierStack+c.by+build)
			for _, f := range result.Findings {
				if f.Rule == "app-key-rejected" && strings.Contains(f.Help, c.want) {
					return
				}
			}
			t.Errorf("no finding says %q: %+v", c.want, result.Findings)
		})
	}
}
