package doctor_test

import (
	"testing"

	"mediapusher/internal/doctor"
)

func TestReadable(t *testing.T) {
	check(t, doctor.Readable("/etc/x.yml"), doctor.Warning, "chmod o-rwx /etc/x.yml")
}
