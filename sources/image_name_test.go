package sources

import "testing"

func TestIsImage(t *testing.T) {
	for _, c := range []struct {
		tag, image string
		want       bool
	}{
		{"ghcr.io/example/web:1.4", "ghcr.io/example/web:1.5@sha256:00", true},
		{"ghcr.io/example/web:${{ github.sha }}", "ghcr.io/example/web", true},
		{"ghcr.io/${{ github.repository }}/web:latest", "ghcr.io/example/shop/web:2", true},
		{"${{ env.REGISTRY }}/web:latest", "registry.example.org:5000/web:2", true},
		{"localhost:5000/web", "localhost:5000/web:2", true},
		{"web:${TAG:-latest}", "web", true},
		{"ghcr.io/example/web", "ghcr.io/example/webhook", false},
		{"ghcr.io/example/web", "ghcr.io/other/web", false},
		{"${{ env.IMAGE }}", "ghcr.io/example/web", false},
		{"ghcr.io/${{ github.repository }}:latest", "ghcr.io/example/web", false},
		{"${{ env.REGISTRY }}/web", "ghcr.io/example/other-web", false},
		{"web", "ghcr.io/example/web", false},
		{"", "", false},
	} {
		if got := IsImage(ImageName(c.tag), c.image); got != c.want {
			t.Errorf("%s builds %s: %v", c.tag, c.image, got)
		}
	}
}
