package keys

import (
	"slices"
	"strings"
	"testing"
)

// TestStretches: secrets are found in a text as they are, the longest of those that begin alike.
func TestStretches(t *testing.T) {
	s := &Standins{}
	for _, text := range []string{"secret-one", "secret-one-and-more", strings.Repeat("a", 40) + "b"} {
		s.Secret(NewText(text))
	}
	for _, test := range []struct {
		text string
		want []Stretch
	}{
		{"", nil},
		{"nothing", []Stretch{{"nothing", false}}},
		{"x secret-one-and-less", []Stretch{{"x ", false}, {"secret-one", true}, {"-and-less", false}}},
		{"secret-one-and-moresecret-one", []Stretch{{"secret-one-and-more", true}, {"secret-one", true}}},
		{strings.Repeat("a", 41) + "b", []Stretch{{"a", false}, {strings.Repeat("a", 40) + "b", true}}},
	} {
		if got := s.Stretches(test.text); !slices.Equal(got, test.want) {
			t.Errorf("%q: %v", test.text, got)
		}
	}
}

// BenchmarkStretches: of secrets that begin alike, in a text that goes on like them.
func BenchmarkStretches(b *testing.B) {
	s := &Standins{}
	for i := range 200 {
		s.Secret(NewText(strings.Repeat("a", 1_000+i) + "b"))
	}
	text := strings.Repeat("a", 20_000)
	for b.Loop() {
		s.Stretches(text)
	}
}

func TestEnclosed(t *testing.T) {
	var s Standins
	s.Secret(NewText("pa55wordpa55word"))
	s.Secret(NewText(`{"k":"whole"}`))
	for text, want := range map[string]bool{
		`{"k":"pa55wordpa55word"}`:        true,
		`["pa55wordpa55word" , 1]`:        true,
		`{"k":"whole"}`:                   true,
		`{"k":"\pa55wordpa55word"}`:       false,
		`{"k":"x\"pa55wordpa55word"}`:     false,
		`{"k":"pa55wordpa55wordx"}`:       false,
		`{"k":pa55wordpa55word}`:          false,
		`{"pa55wordpa55word":"k"}`:        false,
		`{"k":"` + `{"k":"whole"}` + `"}`: false,
	} {
		if got := s.Enclosed(NewText(text)); got != want {
			t.Errorf("%s: %t", text, got)
		}
	}
}
