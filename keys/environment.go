package keys

import (
	"regexp"
	"strings"
)

// environments are the words by which people tell environments apart, and which of them mean one.
var environments = map[string]string{
	"prod": "production", "production": "production", "prd": "production", "live": "production",
	"stage": "staging", "staging": "staging", "stg": "staging",
	"dev": "development", "development": "development",
	"test": "test", "testing": "test", "e2e": "test", "ci": "test", "qa": "qa", "uat": "uat",
	"preview": "preview", "beta": "beta", "demo": "demo", "sandbox": "sandbox",
}

// Production is the environment in which the outage hurts.
const Production = "production"

// Environment is the environment that a word means, "production" of "prod"; empty where it means
// none.
func Environment(word string) string { return environments[strings.ToLower(word)] }

var environmentWord = regexp.MustCompile(`[a-z0-9]+`)

// OnlyEnvironment is the one environment that the words of a text mean; empty where they mean none, or several.
func OnlyEnvironment(text string) string {
	only := ""
	for _, w := range environmentWord.FindAllString(strings.ToLower(text), -1) {
		switch e := Environment(w); {
		case e == "" || e == only:
		case only != "":
			return ""
		default:
			only = e
		}
	}
	return only
}
