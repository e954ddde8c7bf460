package box

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des" //nolint:gosec // what Box's own console has encrypted keys with
	"crypto/pbkdf2"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // the default of the standard that such keys keep to
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/json"
	"encoding/pem"
	"errors"
	"hash"
)

// ParseKey reads a private key in PEM, as the developer console of Box hands it out: plain, or
// encrypted with a passphrase. An error shows nothing of either.
func ParseKey(id string, text []byte, passphrase string) (Key, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return Key{}, invalid("key %s is not in PEM", id)
	}
	der := block.Bytes
	if block.Type == "ENCRYPTED PRIVATE KEY" {
		var err error
		if der, err = decryptKey(der, passphrase); err != nil {
			return Key{}, invalid("key %s: %w", id, err)
		}
	}
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return Key{ID: id, Private: key}, nil
	}
	parsed, err := x509.ParsePKCS8PrivateKey(der)
	key, ok := parsed.(*rsa.PrivateKey)
	if err != nil || !ok {
		return Key{}, invalid("key %s is no RSA key, or the passphrase is another", id)
	}
	return Key{ID: id, Private: key}, nil
}

// ReadAppConfig reads the file of settings that the developer console of Box offers for apps that
// sign in with a key. The Subject is the app's own account in the enterprise.
func ReadAppConfig(data []byte) (App, Key, Subject, error) {
	var file struct {
		Settings struct {
			ClientID     string `json:"clientID"`
			ClientSecret string `json:"clientSecret"`
			Auth         struct {
				PublicKeyID string `json:"publicKeyID"`
				PrivateKey  string `json:"privateKey"`
				Passphrase  string `json:"passphrase"`
			} `json:"appAuth"`
		} `json:"boxAppSettings"`
		EnterpriseID string `json:"enterpriseID"`
	}
	if json.Unmarshal(data, &file) != nil {
		return App{}, Key{}, Subject{}, invalid("the file of settings is no JSON of its kind")
	}
	s := file.Settings
	for _, field := range [][2]string{
		{"boxAppSettings.clientID", s.ClientID},
		{"boxAppSettings.clientSecret", s.ClientSecret},
		{"boxAppSettings.appAuth.publicKeyID", s.Auth.PublicKeyID},
		{"enterpriseID", file.EnterpriseID},
	} {
		if field[1] == "" {
			return App{}, Key{}, Subject{}, invalid("the file of settings has no %s", field[0])
		}
	}
	key, err := ParseKey(s.Auth.PublicKeyID, []byte(s.Auth.PrivateKey), s.Auth.Passphrase)
	return App{ClientID: s.ClientID, ClientSecret: s.ClientSecret}, key, Subject{EnterpriseID: file.EnterpriseID}, err
}

// The form of an encrypted key is that of RFC 8018 (PBES2 with PBKDF2).
type encryptedKey struct {
	Algorithm struct {
		ID     asn1.ObjectIdentifier
		Params struct {
			KDF struct {
				ID     asn1.ObjectIdentifier
				Params struct {
					Salt       []byte
					Iterations int
					Length     int                      `asn1:"optional"`
					PRF        pkix.AlgorithmIdentifier `asn1:"optional"`
				}
			}
			Cipher struct {
				ID asn1.ObjectIdentifier
				IV []byte
			}
		}
	}
	Data []byte
}

// mostIterations bounds the time that a wrong file can cost.
const mostIterations = 10_000_000

func decryptKey(der []byte, passphrase string) ([]byte, error) {
	var k encryptedKey
	if _, err := asn1.Unmarshal(der, &k); err != nil {
		return nil, errors.New("it is encrypted in a way that is not known")
	}
	params := k.Algorithm.Params
	newCipher, size := cipherOf(params.Cipher.ID.String())
	digest := digestOf(params.KDF.Params.PRF.Algorithm.String())
	iterations := params.KDF.Params.Iterations
	if newCipher == nil || digest == nil || iterations < 1 || iterations > mostIterations {
		return nil, errors.New("it is encrypted in a way that is not known")
	}
	secret, err := pbkdf2.Key(digest, passphrase, params.KDF.Params.Salt, iterations, size)
	if err != nil {
		return nil, err
	}
	block, err := newCipher(secret)
	if err != nil {
		return nil, err
	}
	n := block.BlockSize()
	if len(params.Cipher.IV) != n || len(k.Data) == 0 || len(k.Data)%n != 0 {
		return nil, errors.New("it is cut off")
	}
	plain := make([]byte, len(k.Data))
	cipher.NewCBCDecrypter(block, params.Cipher.IV).CryptBlocks(plain, k.Data)
	pad := int(plain[len(plain)-1])
	if pad < 1 || pad > n {
		return nil, errors.New("the passphrase is another")
	}
	return plain[:len(plain)-pad], nil
}

func cipherOf(id string) (newCipher func([]byte) (cipher.Block, error), keySize int) {
	switch id {
	case "2.16.840.1.101.3.4.1.2":
		return aes.NewCipher, 16
	case "2.16.840.1.101.3.4.1.22":
		return aes.NewCipher, 24
	case "2.16.840.1.101.3.4.1.42":
		return aes.NewCipher, 32
	case "1.2.840.113549.3.7":
		return des.NewTripleDESCipher, 24
	}
	return nil, 0
}

func digestOf(id string) func() hash.Hash {
	switch id {
	case "", "1.2.840.113549.2.7": // the default
		return sha1.New
	case "1.2.840.113549.2.9":
		return sha256.New
	case "1.2.840.113549.2.11":
		return sha512.New
	}
	return nil
}
