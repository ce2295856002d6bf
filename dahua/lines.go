package dahua

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"mediapusher/internal/netway"
)

// Ceilings of an answer. The largest table is Encode, of some 250 lines for each of 256 channels.
const (
	maxLines = 100000
	maxLine  = 8 << 10
)

// Errors of parse.
var (
	errRefused  = errors.New("the device answers with an error")
	errTooLarge = errors.New("more lines than any device has")
)

// values are the lines of a CGI answer, key to value.
type values map[string]string

// parse reads lines of key=value, ended by CR LF or LF (answers of configManager and magicBox). A first line that begins with "Error" makes
// it fail with errRefused. Lines without a key are passed over, and so are those that hold credentials of cameras, which nobody
// here needs. A key that comes twice keeps its first value. What is not UTF-8 is read as GBK.
func parse(body []byte) (values, error) {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	all := values{}
	for n := 0; len(body) > 0; n++ {
		if n == maxLines {
			return nil, errTooLarge
		}
		var line []byte
		line, body, _ = bytes.Cut(body, []byte("\n"))
		if line = bytes.TrimSpace(line); len(line) > maxLine {
			continue
		}
		key, value, found := strings.Cut(string(netway.UTF8(line)), "=")
		key = strings.TrimSpace(key)
		if n == 0 && strings.HasPrefix(key, "Error") {
			return nil, fmt.Errorf("%w: %s", errRefused, netway.Plain(line))
		}
		if !found || key == "" || secret(key) {
			continue
		}
		if _, twice := all[key]; !twice {
			all[key] = strings.TrimSpace(value)
		}
	}
	return all, nil
}

// secret tells the keys under which recorders keep the logins of their cameras (table.RemoteDevice).
func secret(key string) bool {
	key = strings.ToLower(key)
	return strings.HasSuffix(key, "password") || strings.HasSuffix(key, "username") || strings.HasSuffix(key, "pwd")
}

// port reads a port number, 0 where there is none.
func (v values) port(key string) int {
	n, err := strconv.ParseUint(v[key], 10, 16)
	if err != nil {
		return 0
	}
	return int(n)
}

// maxChannels is the ceiling for the channels of a recorder; the largest have 256.
const maxChannels = 1024
