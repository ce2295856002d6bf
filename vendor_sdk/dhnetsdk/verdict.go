//go:build dahuasdk && cgo && amd64 && (linux || windows)

package dhnetsdk

import (
	"math"
	"time"

	"mediapusher/vendor_sdk/sdk"
)

// Errors of CLIENT_GetLastError, without the highest bit.
const (
	codeSystem       = 1
	codeNetwork      = 2 // mostly a time-out
	codeIllegalParam = 7
	codeReturnData   = 21
	codeNotSupported = 23
	codeNoRecord     = 24
	codeEmptyList    = 31
	codeLockedOut    = 86 // too many wrong passwords
	codePassword     = 100
	codeTimeout      = 102
	codeLocked       = 104
	codeConnect      = 107
	codeSubconnect   = 109
	codeLastLogin    = 119 // the last of the login errors, which begin at codePassword
	codeUserPassword = 117
	codeGetData      = 383
	codeNoHighLogin  = 1153 // the device knows no LoginWithHighLevelSecurity
	codeOnlyHigh     = 1154 // the device knows only that
)

// noError is a last error that says nothing, beside 0: "unknown".
const noError = math.MaxUint32

// lastError returns the error number without its highest bit, 0 where the library tells none.
func lastError(raw uint32) int {
	if raw == noError {
		return 0
	}
	return int(raw &^ (1 << 31))
}

// verdicts are the numbers of CLIENT_GetLastError for what a login tells beside it (nError, error of LoginEx2).
var verdicts = map[int]int{
	-1: codeNoHighLogin,
	1:  codePassword,
	2:  101, // user
	3:  codeTimeout,
	4:  103, // already logged in
	5:  codeLocked,
	6:  105, // black list
	7:  106, // busy
	8:  codeSubconnect,
	9:  codeConnect, // no main connection
	10: 110,         // too many connections
	11: 111,         // libavnetsdk is missing, or an old device
	12: 112,         // U-key
	13: 113,         // address not allowed
	18: 118,         // device not initialised
	19: codeLastLogin,
	20: codeOnlyHigh,
}

// loginCode is the error of a login: the last error where it is one of logins, else what the login told itself, else the last error,
// whatever it is. Some versions leave a mere network error behind and tell the reason in the struct only.
func loginCode(last, verdict int) int {
	if last == codeLockedOut || last >= codePassword && last <= codeLastLogin || last == codeNoHighLogin || last == codeOnlyHigh {
		return last
	}
	if code, known := verdicts[verdict]; known {
		return code
	}
	return last
}

// loginError is a failed login. left and lockSeconds are byLeftLogTimes, 0 where it is not told, and nLockLeftTime, -1 where it is not.
func loginError(call string, code, left, lockSeconds int) *sdk.Error {
	failure := &sdk.Error{Call: call, Code: code, TriesLeft: -1}
	switch code {
	case codePassword, codeUserPassword:
		if left > 0 {
			failure.TriesLeft = left
		}
	case codeLocked, codeLockedOut:
		failure.TriesLeft = 0
	}
	if lockSeconds > 0 {
		failure.LockedFor = time.Duration(lockSeconds) * time.Second
	}
	return failure
}

// way is a function to log in with.
type way int

const (
	nowhere way = iota
	high        // LoginWithHighLevelSecurity
	plain       // LoginEx2
)

// nextWay says how to try again after a login by last failed with code, and whether to. tried counts the logins so far. Only what says
// nothing of the account is tried again: the device does not know the function, or answers nothing to it (some old ones do so to the high
// one). After a word on the password or a lock there is no second attempt, it would cost a try.
func nextWay(last way, code, tried int) way {
	switch {
	case last == high && tried == 1 && (code == codeNoHighLogin || code == codeTimeout || code == codeNetwork):
		return plain
	case last == plain && tried <= 2 && code == codeOnlyHigh:
		return high
	}
	return nowhere
}
