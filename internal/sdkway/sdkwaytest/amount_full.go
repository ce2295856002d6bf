//go:build !race && !asan

package sdkwaytest

const (
	// rounds is how often streams are started and stopped with each vendor, logins how often somebody logs in and out.
	rounds = 5000
	logins = 150
	// memorySlack is by how many bytes more memory than before a worker may hold.
	memorySlack = 48 << 20
)
