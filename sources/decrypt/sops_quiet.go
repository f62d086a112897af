package decrypt

import (
	"io"

	"github.com/getsops/sops/v3/logging"
	"github.com/sirupsen/logrus"
)

// sops logs to standard error, the text of a comment that does not decrypt included
// (Tree.Decrypt in sops.go). Every logger is registered by now: a package's variables and
// init functions come after those of the packages that it imports.
//
// One thing cannot be kept from here: where the machine has /etc/sops/audit.yaml, sops'
// audit package connects to the database that it names in its own init function.
func init() {
	for _, l := range logging.Loggers {
		l.SetOutput(io.Discard)
		l.SetLevel(logrus.PanicLevel)
	}
}
