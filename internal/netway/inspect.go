package netway

import (
	"bytes"
	"context"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

const (
	// patience is how long a description waits for one page: a large recorder takes seconds to list its streams.
	patience = 8 * time.Second
	// eachWidth is how many channels are asked for at once.
	eachWidth = 4
)

// Patient gives a look-up of a description, which can do without it, eight seconds.
func Patient(ask Ask) Ask {
	return func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		return ask(ctx)
	}
}

// Each asks for n things, a few at once, for as long as limit allows. It waits for all that it has begun.
func Each(ctx context.Context, limit time.Duration, n int, ask func(ctx context.Context, i int)) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	turns := make(chan struct{}, eachWidth)
	var all sync.WaitGroup
	defer all.Wait()
	for i := range n {
		select {
		case turns <- struct{}{}:
		case <-ctx.Done():
			return
		}
		all.Go(func() {
			ask(ctx, i)
			<-turns
		})
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
