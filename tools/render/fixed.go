package main

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"math/big"
	mathrand "math/rand/v2"
	"net"
	"slices"
	"strings"
	"text/template"
	"time"

	"github.com/Masterminds/sprig/v3"
	"github.com/google/uuid"
)

// fixedNow is what the clock says in a deterministic render.
var fixedNow = time.Date(2000, time.January, 1, 0, 0, 0, 0, time.UTC)

const (
	digits  = "0123456789"
	letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	base64s = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
)

// fixedFuncs replaces the template functions whose results differ from render to render. What they return has the usual form, is
// the same in every render, and differs from call to call: names that end in random letters must stay unique. It protects nothing.
func fixedFuncs() template.FuncMap {
	chance := fixedChance{calls: map[string]uint64{}}
	return template.FuncMap{
		"randAlphaNum": func(count int) string { return chance.text("randAlphaNum", count, letters+digits) },
		"randAlpha":    func(count int) string { return chance.text("randAlpha", count, letters) },
		"randNumeric":  func(count int) string { return chance.text("randNumeric", count, digits) },
		"randAscii":    func(count int) string { return chance.text("randAscii", count, printable()) },
		"randInt":      func(low, high int) int { return chance.next("randInt").IntN(high-low) + low },
		"randBytes":    func(count int) string { return base64.StdEncoding.EncodeToString(chance.bytes("randBytes", count)) },
		"shuffle":      chance.shuffle,
		"uuidv4": func() (string, error) {
			found, err := uuid.NewRandomFromReader(strings.NewReader(string(chance.bytes("uuidv4", 16))))
			return found.String(), err
		},
		"bcrypt":     chance.bcrypt,
		"htpasswd":   chance.htpasswd,
		"encryptAES": chance.encryptAES,

		"genPrivateKey":     chance.privateKey,
		"buildCustomCert":   buildCustomCert,
		"genCA":             chance.authority,
		"genCAWithKey":      func(name string, days int, _ string) (certificate, error) { return chance.authority(name, days) },
		"genSelfSignedCert": chance.selfSigned,
		"genSelfSignedCertWithKey": func(name string, ips, names []any, days int, _ string) (certificate, error) {
			return chance.selfSigned(name, ips, names, days)
		},
		"genSignedCert": chance.signed,
		"genSignedCertWithKey": func(name string, ips, names []any, days int, ca certificate, _ string) (certificate, error) {
			return chance.signed(name, ips, names, days, ca)
		},

		"now": func() time.Time { return fixedNow },
		"ago": fixedAgo,
		// These take the clock for what is no date.
		"date":           func(layout string, date any) string { return sprigDate(layout, dateOrNow(date), "Local") },
		"dateInZone":     func(layout string, date any, zone string) string { return sprigDate(layout, dateOrNow(date), zone) },
		"date_in_zone":   func(layout string, date any, zone string) string { return sprigDate(layout, dateOrNow(date), zone) },
		"htmlDate":       func(date any) string { return sprigDate(time.DateOnly, dateOrNow(date), "Local") },
		"htmlDateInZone": func(date any, zone string) string { return sprigDate(time.DateOnly, dateOrNow(date), zone) },

		// The order of a Go map is another one each time.
		"keys":   sortedKeys,
		"values": sortedValues,
	}
}

// sprigDate is sprig's own, which has no name that can be imported.
var sprigDate = sprig.TxtFuncMap()["dateInZone"].(func(string, any, string) string)

func dateOrNow(date any) any {
	switch date.(type) {
	case time.Time, *time.Time, int64, int, int32:
		return date
	}
	return fixedNow
}

func fixedAgo(date any) string {
	then := fixedNow
	switch date := date.(type) {
	case time.Time:
		then = date
	case int64:
		then = time.Unix(date, 0)
	case int:
		then = time.Unix(int64(date), 0)
	}
	return fixedNow.Sub(then).Round(time.Second).String()
}

func sortedKeys(given ...map[string]any) []string {
	found := []string{}
	for _, one := range given {
		found = append(found, slices.Sorted(maps.Keys(one))...)
	}
	return found
}

func sortedValues(given map[string]any) []any {
	found := []any{}
	for _, key := range slices.Sorted(maps.Keys(given)) {
		found = append(found, given[key])
	}
	return found
}

func printable() string {
	var all strings.Builder
	for letter := byte(' '); letter <= '~'; letter++ {
		all.WriteByte(letter)
	}
	return all.String()
}

// fixedChance gives for the first, second, ... call of a function what it gave in every other render.
type fixedChance struct {
	calls map[string]uint64
}

func (c fixedChance) next(function string) *mathrand.Rand {
	c.calls[function]++
	return mathrand.New(mathrand.NewChaCha8(sha256.Sum256(fmt.Appendf(nil, "%s %d", function, c.calls[function]))))
}

func (c fixedChance) text(function string, count int, alphabet string) string {
	chance := c.next(fmt.Sprint(function, count))
	text := make([]byte, max(count, 0))
	for i := range text {
		text[i] = alphabet[chance.IntN(len(alphabet))]
	}
	return string(text)
}

func (c fixedChance) bytes(function string, count int) []byte {
	return []byte(c.text(function, count, letters+digits))
}

func (c fixedChance) shuffle(text string) string {
	runes := []rune(text)
	c.next("shuffle").Shuffle(len(runes), func(i, j int) { runes[i], runes[j] = runes[j], runes[i] })
	return string(runes)
}

// bcrypt returns what looks like a hash: the real thing has a random salt, and takes a tenth of a second.
func (c fixedChance) bcrypt(string) string {
	return "$2a$10$" + c.text("bcrypt", 53, base64s)
}

func (c fixedChance) htpasswd(user, password string) string {
	if strings.Contains(user, ":") {
		return "invalid username: " + user
	}
	return user + ":" + c.bcrypt(password)
}

func (c fixedChance) encryptAES(_, plain string) string {
	if plain == "" {
		return ""
	}
	const block = 16
	return base64.StdEncoding.EncodeToString(c.bytes("encryptAES", block+(len(plain)/block+1)*block))
}

func (c fixedChance) key() ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(c.bytes("key", ed25519.SeedSize))
}

func (c fixedChance) privateKey(kind string) (string, error) {
	switch kind {
	case "", "rsa", "dsa", "ecdsa", "ed25519":
		return encodeKey(c.key())
	}
	return "Unknown type " + kind, nil
}

// certificate is what templates read certificates and keys from.
type certificate struct {
	Cert string
	Key  string
}

func (c fixedChance) authority(name string, days int) (certificate, error) {
	wanted, err := c.certificate(name, nil, nil, days)
	if err != nil {
		return certificate{}, err
	}
	wanted.KeyUsage |= x509.KeyUsageCertSign
	wanted.IsCA = true
	key := c.key()
	return issue(wanted, key, wanted, key)
}

func (c fixedChance) selfSigned(name string, ips, names []any, days int) (certificate, error) {
	wanted, err := c.certificate(name, ips, names, days)
	if err != nil {
		return certificate{}, err
	}
	key := c.key()
	return issue(wanted, key, wanted, key)
}

func (c fixedChance) signed(name string, ips, names []any, days int, ca certificate) (certificate, error) {
	wanted, err := c.certificate(name, ips, names, days)
	if err != nil {
		return certificate{}, err
	}
	parent, parentKey, err := ca.parse()
	if err != nil {
		return certificate{}, err
	}
	return issue(wanted, c.key(), parent, parentKey)
}

func (c fixedChance) certificate(name string, ips, names []any, days int) (*x509.Certificate, error) {
	wanted := x509.Certificate{
		SerialNumber:          new(big.Int).SetBytes(c.bytes("serial", 8)),
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             fixedNow,
		NotAfter:              fixedNow.Add(time.Duration(days) * 24 * time.Hour),
		KeyUsage:              x509.KeyUsageKeyEncipherment | x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true,
	}
	for _, given := range ips {
		text, ok := given.(string)
		if !ok {
			return nil, fmt.Errorf("error parsing ip: %v is not a string", given)
		}
		ip := net.ParseIP(text)
		if ip == nil {
			return nil, fmt.Errorf("error parsing ip: %s", text)
		}
		wanted.IPAddresses = append(wanted.IPAddresses, ip)
	}
	for _, given := range names {
		text, ok := given.(string)
		if !ok {
			return nil, fmt.Errorf("error processing alternate dns name: %v is not a string", given)
		}
		wanted.DNSNames = append(wanted.DNSNames, text)
	}
	return &wanted, nil
}

func buildCustomCert(encodedCert, encodedKey string) (certificate, error) {
	cert, err := base64.StdEncoding.DecodeString(encodedCert)
	if err != nil {
		return certificate{}, errors.New("unable to decode base64 certificate")
	}
	key, err := base64.StdEncoding.DecodeString(encodedKey)
	if err != nil {
		return certificate{}, errors.New("unable to decode base64 private key")
	}
	custom := certificate{Cert: string(cert), Key: string(key)}
	_, _, err = custom.parse()
	return custom, err
}

func (c certificate) parse() (*x509.Certificate, crypto.Signer, error) {
	block, _ := pem.Decode([]byte(c.Cert))
	if block == nil {
		return nil, nil, errors.New("unable to decode certificate")
	}
	parsed, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, nil, fmt.Errorf("error parsing certificate: decodedSignerCert.Bytes: %w", err)
	}
	if block, _ = pem.Decode([]byte(c.Key)); block == nil {
		return nil, nil, errors.New("error parsing private key: no PEM data in input")
	}
	if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		return parsed, key, nil
	}
	if key, err := x509.ParseECPrivateKey(block.Bytes); err == nil {
		return parsed, key, nil
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, nil, fmt.Errorf("error parsing private key: %w", err)
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, nil, fmt.Errorf("error parsing private key: %T cannot sign", key)
	}
	return parsed, signer, nil
}

func issue(wanted *x509.Certificate, key ed25519.PrivateKey, parent *x509.Certificate, parentKey crypto.Signer) (certificate, error) {
	// Neither Ed25519 nor RSA of this kind takes anything from the source of chance.
	raw, err := x509.CreateCertificate(rand.Reader, wanted, parent, key.Public(), parentKey)
	if err != nil {
		return certificate{}, fmt.Errorf("error creating certificate: %w", err)
	}
	encoded, err := encodeKey(key)
	return certificate{Cert: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw})), Key: encoded}, err
}

func encodeKey(key ed25519.PrivateKey) (string, error) {
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw})), err
}
