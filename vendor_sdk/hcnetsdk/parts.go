package hcnetsdk

import "mediapusher/vendor_sdk/sdk"

// Parts are the files of the maker's packages, by GOOS. The first one is the library itself.
func Parts(system string) []sdk.Part {
	if system == "windows" {
		return []sdk.Part{
			{Names: []string{"HCNetSDK.dll"}, For: "the library itself", Needed: true},
			{Names: []string{"HCCore.dll"}, For: "everything", Needed: true},
			{Names: []string{"hpr.dll"}, For: "everything", Needed: true},
			{Names: []string{"HCNetSDKCom/HCPreview.dll"}, For: "live streams (error 107 without it)", Needed: true},
			{Names: []string{"HCNetSDKCom/HCPlayBack.dll"}, For: "recordings (error 110 without it)", Needed: true},
			{Names: []string{"HCNetSDKCom/HCCoreDevCfg.dll"}, For: "configuration, movements (error 114 without it)", Needed: true},
			{Names: []string{"HCNetSDKCom/HCGeneralCfgMgr.dll"}, For: "configuration, movements", Needed: true},
			{Names: []string{"HCNetSDKCom/StreamTransClient.dll"}, For: "cameras that stream by RTSP (error 84 without it)"},
			{Names: []string{"HCNetSDKCom/SystemTransform.dll"}, For: "cameras that stream by RTSP (error 85 without it)"},
			openSSL("libcrypto-1_1-x64.dll", "libcrypto-3-x64.dll", "libeay32.dll"),
			openSSL("libssl-1_1-x64.dll", "libssl-3-x64.dll", "ssleay32.dll"),
		}
	}
	return []sdk.Part{
		{Names: []string{"libhcnetsdk.so"}, For: "the library itself", Needed: true},
		{Names: []string{"libHCCore.so"}, For: "everything", Needed: true},
		{Names: []string{"libhpr.so"}, For: "everything", Needed: true},
		{Names: []string{"HCNetSDKCom/libHCPreview.so"}, For: "live streams (error 107 without it)", Needed: true},
		{Names: []string{"HCNetSDKCom/libHCPlayBack.so"}, For: "recordings (error 110 without it)", Needed: true},
		{Names: []string{"HCNetSDKCom/libHCCoreDevCfg.so"}, For: "configuration, movements (error 114 without it)", Needed: true},
		{Names: []string{"HCNetSDKCom/libHCGeneralCfgMgr.so"}, For: "configuration, movements", Needed: true},
		{Names: []string{"HCNetSDKCom/libStreamTransClient.so"}, For: "cameras that stream by RTSP (error 84 without it)"},
		{Names: []string{"HCNetSDKCom/libSystemTransform.so"}, For: "cameras that stream by RTSP (error 85 without it)"},
		openSSL("libcrypto.so", "libcrypto.so.1.1", "libcrypto.so.1.0.0", "libcrypto.so.3"),
		openSSL("libssl.so", "libssl.so.1.1", "libssl.so.1.0.0", "libssl.so.3"),
		{Names: []string{"HCNetSDKCom/libiconv2.so"}, For: "names in other character sets"},
	}
}

// openSSL is a part of OpenSSL. Which release belongs to a library depends on its age; the maker's packages bring it, on Linux under the
// name without number too.
func openSSL(names ...string) sdk.Part {
	return sdk.Part{Names: names, For: "logging in (error 29 or 148 without it)", Needed: true}
}
