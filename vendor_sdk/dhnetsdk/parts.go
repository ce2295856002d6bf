package dhnetsdk

import "mediapusher/vendor_sdk/sdk"

// Parts are the files of the maker's packages, by GOOS. The first one is the library itself.
func Parts(system string) []sdk.Part {
	if system == "windows" {
		return []sdk.Part{
			{Names: []string{"dhnetsdk.dll"}, For: "the library itself", Needed: true},
			{Names: []string{"avnetsdk.dll"}, For: "logins (error 11 without it)", Needed: true},
			{Names: []string{"dhconfigsdk.dll"}, For: "configuration"},
			{Names: []string{"Infra.dll"}, For: "some editions load it"},
			{Names: []string{"libeay32.dll", "libcrypto-1_1-x64.dll"}, For: "encrypted logins"},
			{Names: []string{"ssleay32.dll", "libssl-1_1-x64.dll"}, For: "encrypted logins"},
		}
	}
	return []sdk.Part{
		{Names: []string{"libdhnetsdk.so"}, For: "the library itself", Needed: true},
		{Names: []string{"libavnetsdk.so"}, For: "logins (error 11 without it)", Needed: true},
		{Names: []string{"libdhconfigsdk.so"}, For: "configuration"},
		{Names: []string{"libcrypto.so"}, For: "encrypted logins, as the maker ships it"},
		{Names: []string{"libssl.so"}, For: "encrypted logins, as the maker ships it"},
	}
}
