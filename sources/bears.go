package sources

import "bytes"

// marks are the words of which at least one stands in every file that can matter:
// names of the keys and of the programs that hold them, beginnings of the keys
// themselves (plain and in base64), and the two kinds of encryption.
var marks = [][]byte{
	[]byte("supabase"), []byte("SUPABASE"), []byte("Supabase"),
	[]byte("eyJ"), []byte("ZXlK"), []byte("sb_"), []byte("c2Jf"),
	[]byte("ANON_KEY"), []byte("anon"), []byte("SERVICE_"), []byte("service_role"), []byte("service-role"),
	[]byte("serviceKey"), []byte("serviceRole"), []byte("service-key"),
	[]byte("JWT_"), []byte("jwt"), []byte("GOTRUE"), []byte("gotrue"), []byte("PGRST"), []byte("postgrest"),
	[]byte("keyauth_"), []byte("key-auth"), []byte("KONG_"), []byte("kong"),
	[]byte("ENC[AES256_GCM"), []byte("SealedSecret"),
}

// controllers are the API groups whose objects say what else is deployed.
var controllers = [][]byte{[]byte("toolkit.fluxcd.io/"), []byte("argoproj.io/")}

// deploys is the byte test for them.
func deploys(b []byte) bool {
	return bytes.Contains(b, controllers[0]) || bytes.Contains(b, controllers[1])
}

// bearsKeys is the byte test.
func bearsKeys(b []byte) bool {
	for _, m := range marks {
		if bytes.Contains(b, m) {
			return true
		}
	}
	return false
}
