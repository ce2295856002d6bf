package dhnetsdk_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// layout is the table of the structs, in bytes, by the interface's names: the same for Linux x86-64 and Windows x64, as compilers laid the
// public headers of 2017 to 2020 out.
var layout = []struct {
	name   string
	size   int
	fields []field
}{
	{name: "NET_TIME", size: 24, fields: []field{
		{"dwYear", 0, 4}, {"dwMonth", 4, 4}, {"dwDay", 8, 4}, {"dwHour", 12, 4}, {"dwMinute", 16, 4}, {"dwSecond", 20, 4},
	}},
	{name: "NET_RECORDFILE_INFO", size: 196, fields: []field{
		{"ch", 0, 4},
		{"filename", 4, 124},
		{"framenum", 128, 4},
		{"size", 132, 4},
		{"starttime", 136, 24},
		{"endtime", 160, 24},
		{"driveno", 184, 4},
		{"startcluster", 188, 4},
		{"nRecordFileType", 192, 1},
		{"bImportantRecID", 193, 1},
		{"bHint", 194, 1},
		{"bRecType", 195, 1},
	}},
	{name: "NET_DEVICEINFO_Ex", size: 100, fields: []field{
		{"sSerialNumber", 0, 48},
		{"nAlarmInPortNum", 48, 4},
		{"nAlarmOutPortNum", 52, 4},
		{"nDiskNum", 56, 4},
		{"nDVRType", 60, 4},
		{"nChanNum", 64, 4},
		{"byLimitLoginTime", 68, 1},
		{"byLeftLogTimes", 69, 1},
		{"nLockLeftTime", 72, 4},
	}},
	{name: "NET_IN_LOGIN_WITH_HIGHLEVEL_SECURITY", size: 216, fields: []field{
		{"dwSize", 0, 4},
		{"szIP", 4, 64},
		{"nPort", 68, 4},
		{"szUserName", 72, 64},
		{"szPassword", 136, 64},
		{"emSpecCap", 200, 4},
		{"pCapParam", 208, 8},
	}},
	{name: "NET_OUT_LOGIN_WITH_HIGHLEVEL_SECURITY", size: 240, fields: []field{
		{"dwSize", 0, 4}, {"stuDeviceInfo", 4, 100}, {"nError", 104, 4},
	}},
	{name: "NET_PARAM", size: 48, fields: []field{
		{"nWaittime", 0, 4},
		{"nConnectTime", 4, 4},
		{"nConnectTryNum", 8, 4},
		{"nSubConnectSpaceTime", 12, 4},
		{"nGetDevInfoTime", 16, 4},
		{"nConnectBufSize", 20, 4},
		{"nGetConnInfoTime", 24, 4},
		{"nSearchRecordTime", 28, 4},
		{"nsubDisconnetTime", 32, 4},
		{"byNetType", 36, 1},
		{"byPlaybackBufSize", 37, 1},
		{"bDetectDisconnTime", 38, 1},
		{"bKeepLifeInterval", 39, 1},
		{"nPicBufSize", 40, 4},
	}},
	{name: "NETSDK_INIT_PARAM", size: 1028, fields: []field{{"nThreadNum", 0, 4}}},
	{name: "NET_IN_PLAY_BACK_BY_TIME_INFO", size: 1120, fields: []field{
		{"stStartTime", 0, 24},
		{"stStopTime", 24, 24},
		{"hWnd", 48, 8},
		{"cbDownLoadPos", 56, 8},
		{"dwPosUser", 64, 8},
		{"fDownLoadDataCallBack", 72, 8},
		{"dwDataUser", 80, 8},
		{"nPlayDirection", 88, 4},
		{"nWaittime", 92, 4},
	}},
	{name: "NET_OUT_PLAY_BACK_BY_TIME_INFO", size: 1024},
}

// field is a member, where it stands and how large it is.
type field struct {
	name         string
	offset, size int
}

// assertions is C that compiles only where a header has the layout of the table.
func assertions(header string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "#include <stddef.h>\n#include \"%s\"\n", header)
	for _, s := range layout {
		fmt.Fprintf(&b, "_Static_assert(sizeof(%[1]s) == %[2]d, \"%[1]s\");\n", s.name, s.size)
		for _, f := range s.fields {
			fmt.Fprintf(&b, "_Static_assert(offsetof(%[1]s, %[2]s) == %[3]d && sizeof(((%[1]s *)0)->%[2]s) == %[4]d, \"%[1]s.%[2]s\");\n",
				s.name, f.name, f.offset, f.size)
		}
	}
	return b.String()
}

// Our declarations are those of the table, and so is layout.h, to which structs.h holds them too, for both systems.
func TestLayout(t *testing.T) {
	header, err := filepath.Abs("structs.h")
	if err != nil {
		t.Fatal(err)
	}
	for system, compiler := range map[string]string{"linux": "gcc", "windows": "x86_64-w64-mingw32-gcc"} {
		t.Run(system, func(t *testing.T) {
			path, err := exec.LookPath(compiler)
			if err != nil && os.Getenv("MEDIAPUSHER_E2E") == "require" {
				t.Fatal(err)
			}
			if err != nil || runtime.GOARCH != "amd64" {
				t.Skipf("no %s for x86-64", compiler)
			}
			file := filepath.Join(t.TempDir(), "layout.c")
			if err := os.WriteFile(file, []byte(assertions(header)), 0o600); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command(path, "-std=gnu11", "-Wall", "-Werror", "-fsyntax-only", file).CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}
