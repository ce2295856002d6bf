package netway

import (
	"bytes"
	"context"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// eachWidth is how many pages of a description are asked for at once.
const eachWidth = 3

// Each asks for n things, a few at once, for as long as limit allows. It waits for all that it has begun. With the first that is refused
// the password it stops, since recorders count those, and returns that error.
func Each(ctx context.Context, limit time.Duration, n int, ask func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	turns, refused := make(chan struct{}, eachWidth), make(chan error, 1)
	var all sync.WaitGroup
	for i := 0; i < n && ctx.Err() == nil; i++ {
		select {
		case turns <- struct{}{}:
		case <-ctx.Done():
			continue
		}
		all.Go(func() {
			defer func() { <-turns }()
			if err := ask(ctx, i); Refused(err) {
				cancel()
				select {
				case refused <- err:
				default: // one of them will do
				}
			}
		})
	}
	all.Wait()
	select {
	case err := <-refused:
		return err
	default:
		return nil
	}
}

// UTF8 returns a text as it is where it is UTF-8, and else as what it is then on these devices: Chinese in GBK (GB 18030).
func UTF8(text []byte) []byte {
	if utf8.Valid(text) {
		return text
	}
	decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(text)
	if err != nil {
		return bytes.ToValidUTF8(text, []byte("?"))
	}
	return decoded
}

// Name makes a name that can be shown of what a device calls something: at most 120 bytes of UTF-8, in one line.
func Name(text string) string { return Plain(UTF8([]byte(text))) }

// IsJPEG tells a JPEG picture (ITU-T T.81 annex B: SOI and another marker) from pages and texts.
func IsJPEG(body []byte) bool { return bytes.HasPrefix(body, []byte{0xff, 0xd8, 0xff}) }
