package first

import "os"

// init acts on every program that has it but tests, which run other programs.
func init() {
	if len(os.Args) == 0 || isTest(os.Args[0]) {
		layers = Layers{errTest, errTest}
		return
	}
	if isSupervised() {
		layers.Offline = goOffline()
		return
	}
	layers.Supervised = supervise() // which returns only where it cannot
	layers.Offline = goOffline()
}

func isTest(name string) bool {
	const end = ".test"
	return len(name) >= len(end) && name[len(name)-len(end):] == end
}
