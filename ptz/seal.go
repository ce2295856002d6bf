package ptz

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
)

// keySize is that of AES-256.
const keySize = 32

const temporarySuffix = ".new"

var errDamaged = errors.New("the entry is damaged or sealed with another key")

// seal hides entries with AES-256-GCM (NIST SP 800-38D): random nonce, then the text, bound to the name of its file.
type seal struct{ aead cipher.AEAD }

// openKey reads a key file, or makes one where there is none, or none that was written to its end.
func openKey(path string) (seal, error) {
	key, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return seal{}, err
	}
	if len(key) != keySize {
		key = make([]byte, keySize)
		if _, err := rand.Read(key); err != nil {
			return seal{}, err
		}
		if err := writeDurably(path, key); err != nil {
			return seal{}, err
		}
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return seal{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return seal{aead}, err
}

func (s seal) close(text []byte, name string) []byte {
	return s.aead.Seal(nil, nil, text, []byte(name))
}

func (s seal) open(sealed []byte, name string) ([]byte, error) {
	text, err := s.aead.Open(nil, nil, sealed, []byte(name))
	if err != nil {
		return nil, errDamaged
	}
	return text, nil
}

// writeDurably puts a file in its place in one step, when its content is on the disk. The name may be lost with the power, not with the
// process.
func writeDurably(path string, text []byte) error {
	file, err := os.OpenFile(path+temporarySuffix, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if err := writeAndClose(file, text); err != nil {
		return err
	}
	return os.Rename(path+temporarySuffix, path)
}

func writeAndClose(file *os.File, text []byte) error {
	_, err := file.Write(text)
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}
