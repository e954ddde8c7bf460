package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"

	"github.com/rogpeppe/go-internal/testscript"
)

// boxAppInScript is "boxapp FILE": it writes the file of settings that Box's developer console offers for
// apps that sign in with a key.
func boxAppInScript(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: boxapp FILE")
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	ts.Check(err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	ts.Check(err)
	text, err := json.Marshal(map[string]any{
		"boxAppSettings": map[string]any{
			"clientID": ts.Getenv("BOX_CLIENT_ID"), "clientSecret": ts.Getenv("BOX_CLIENT_SECRET"),
			"appAuth": map[string]any{
				"publicKeyID": "k1", "privateKey": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
			},
		},
		"enterpriseID": "777",
	})
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), text, 0o600))
}
