//go:build race

package media

// poison overwrites released buffers in race builds, so that a test sees a slice that was kept too long.
func poison(b []byte) {
	for i := range b {
		b[i] = 0xDB
	}
}
