//go:build race || asan

package sdkwaytest

// With the race detector or the address sanitizer everything takes several times as long, and memory that was freed is kept.
const (
	rounds      = 600
	logins      = 20
	memorySlack = 512 << 20
)
