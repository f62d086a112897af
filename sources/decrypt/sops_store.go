package decrypt

import (
	"github.com/getsops/sops/v3"
	"github.com/getsops/sops/v3/config"
	"github.com/getsops/sops/v3/stores/dotenv"
	"github.com/getsops/sops/v3/stores/ini"
	"github.com/getsops/sops/v3/stores/json"
	"github.com/getsops/sops/v3/stores/yaml"
)

// store is the part of a sops.Store that reads.
type store interface {
	sops.EncryptedFileLoader
	sops.PlainFileEmitter
}

// storeFor gives sops' own store, as sops configures it without a .sops.yaml.
func storeFor(format fileFormat) store {
	c := config.NewStoresConfig()
	switch format {
	case formatJSON:
		return json.NewStore(&c.JSON)
	case formatDotenv:
		return dotenv.NewStore(&c.Dotenv)
	case formatINI:
		return ini.NewStore(&c.INI)
	case formatBinary:
		return json.NewBinaryStore(&c.JSONBinary)
	}
	return yaml.NewStore(&c.YAML)
}
