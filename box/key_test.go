package box_test

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/procorebox/procorebox/box"
	"github.com/procorebox/procorebox/syncer"
)

// pemOf writes a block of PEM.
func pemOf(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

// encrypted encrypts a key as the developer console does; change spoils the outcome.
func encrypted(t *testing.T, key *rsa.PrivateKey, passphrase string, change func(*box.EncryptedKey)) []byte {
	t.Helper()
	plain, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	pad := aes.BlockSize - len(plain)%aes.BlockSize
	plain = append(plain, []byte(strings.Repeat(string(rune(pad)), pad))...)
	var k box.EncryptedKey
	k.Algorithm.ID = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	kdf := &k.Algorithm.Params.KDF
	kdf.ID = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 12}
	kdf.Params.Salt, kdf.Params.Iterations = []byte("saltsalt"), 2048
	kdf.Params.PRF.Algorithm = asn1.ObjectIdentifier{1, 2, 840, 113549, 2, 9}
	kdf.Params.PRF.Parameters = asn1.NullRawValue
	k.Algorithm.Params.Cipher.ID = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1, 2}
	k.Algorithm.Params.Cipher.IV = []byte("0123456789abcdef")
	secret, err := pbkdf2.Key(sha256.New, passphrase, kdf.Params.Salt, kdf.Params.Iterations, 16)
	require.NoError(t, err)
	block, err := aes.NewCipher(secret)
	require.NoError(t, err)
	k.Data = make([]byte, len(plain))
	cipher.NewCBCEncrypter(block, k.Algorithm.Params.Cipher.IV).CryptBlocks(k.Data, plain)
	if change != nil {
		change(&k)
	}
	der, err := asn1.Marshal(k)
	require.NoError(t, err)
	return pemOf("ENCRYPTED PRIVATE KEY", der)
}

func TestAKeyIsReadInEveryFormThatBoxHandsOut(t *testing.T) {
	private := key(t)
	eight, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	for name, text := range map[string][]byte{
		"PKCS 1":    pemOf("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(private)),
		"PKCS 8":    pemOf("PRIVATE KEY", eight),
		"encrypted": encrypted(t, private, "open sesame", nil),
	} {
		k, err := box.ParseKey("kid1", text, "open sesame")
		require.NoError(t, err, name)
		require.True(t, private.Equal(k.Private), name)
		require.Equal(t, "kid1", k.ID)
	}
}

func TestWhatIsNoKeyIsAnErrorThatShowsNothing(t *testing.T) {
	private := key(t)
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	other, err := x509.MarshalPKCS8PrivateKey(curve)
	require.NoError(t, err)
	params := func(change func(*box.EncryptedKey)) []byte { return encrypted(t, private, "open sesame", change) }
	for name, text := range map[string][]byte{
		"nothing":               {},
		"no PEM":                []byte("SECRET"),
		"no key":                pemOf("PRIVATE KEY", []byte("SECRET")),
		"a key of another kind": pemOf("PRIVATE KEY", other),
		"another passphrase":    encrypted(t, private, "SECRET", nil),
		"no encrypted key":      pemOf("ENCRYPTED PRIVATE KEY", []byte("SECRET")),
		"no data":               params(func(k *box.EncryptedKey) { k.Data = nil }),
		"data that are cut off": params(func(k *box.EncryptedKey) { k.Data = k.Data[:5] }),
		"a wrong start":         params(func(k *box.EncryptedKey) { k.Algorithm.Params.Cipher.IV = []byte("short") }),
		"an unknown cipher":     params(func(k *box.EncryptedKey) { k.Algorithm.Params.Cipher.ID = asn1.ObjectIdentifier{1, 2, 3} }),
		"an unknown digest": params(func(k *box.EncryptedKey) {
			k.Algorithm.Params.KDF.Params.PRF.Algorithm = asn1.ObjectIdentifier{1, 2, 3}
		}),
		"no iterations":           params(func(k *box.EncryptedKey) { k.Algorithm.Params.KDF.Params.Iterations = 0 }),
		"iterations for a decade": params(func(k *box.EncryptedKey) { k.Algorithm.Params.KDF.Params.Iterations = 1 << 40 }),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := box.ParseKey("kid1", text, "open sesame")
			require.ErrorIs(t, err, syncer.ErrInvalid)
			require.ErrorContains(t, err, "kid1")
			require.NotContains(t, err.Error(), "SECRET")
			require.NotContains(t, err.Error(), "sesame")
		})
	}
}

// appConfig is a file of settings as the developer console writes it.
func appConfig(t *testing.T, private *rsa.PrivateKey, change func(file map[string]any)) []byte {
	t.Helper()
	file := map[string]any{
		"boxAppSettings": map[string]any{"clientID": "CID", "clientSecret": "SECRET", "appAuth": map[string]any{
			"publicKeyID": "kid1", "privateKey": string(encrypted(t, private, "open sesame", nil)), "passphrase": "open sesame",
		}},
		"enterpriseID": "77",
	}
	change(file)
	data, err := json.Marshal(file)
	require.NoError(t, err)
	return data
}

func TestTheFileOfSettingsIsRead(t *testing.T) {
	app, k, subject, err := box.ReadAppConfig(appConfig(t, key(t), func(map[string]any) {}))
	require.NoError(t, err)
	require.Equal(t, []string{"CID", "SECRET", "kid1", "77"}, []string{app.ClientID, app.ClientSecret, k.ID, subject.EnterpriseID})
	_, err = app.JWT(k, subject)
	require.NoError(t, err)
}

func TestAFileOfSettingsThatLacksSomethingSaysWhat(t *testing.T) {
	private := key(t)
	settings := func(file map[string]any) map[string]any { return file["boxAppSettings"].(map[string]any) }
	for want, change := range map[string]func(map[string]any){
		"enterpriseID":        func(f map[string]any) { delete(f, "enterpriseID") },
		"clientID":            func(f map[string]any) { delete(settings(f), "clientID") },
		"clientSecret":        func(f map[string]any) { delete(settings(f), "clientSecret") },
		"appAuth.publicKeyID": func(f map[string]any) { delete(settings(f), "appAuth") },
		"key kid1":            func(f map[string]any) { settings(f)["appAuth"].(map[string]any)["passphrase"] = "other" },
		"no JSON of its kind": func(f map[string]any) { f["boxAppSettings"] = "SECRET" },
	} {
		_, _, _, err := box.ReadAppConfig(appConfig(t, private, change))
		require.ErrorIs(t, err, syncer.ErrInvalid, want)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "SECRET")
	}
}
