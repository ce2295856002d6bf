package diagnosis

import "mediapusher/task"

// Cause names why a picture is black, or that it is not.
type Cause string

// The causes. The list is closed: Causes.
const (
	// Nothing fails.
	Healthy        Cause = "healthy"
	Starting       Cause = "starting"
	Recovering     Cause = "recovering"
	Paused         Cause = "paused"
	HEVCBrowser    Cause = "hevc_browser"    // H.265, which many browsers cannot play
	NobodyWatches  Cause = "nobody_watches"  // all is well here, and no player has come to the server
	RareKeyFrames  Cause = "rare_key_frames" // who joins waits long for a picture
	ServerSlow     Cause = "server_slow"     // pictures are dropped
	SDKSteppedDown Cause = "sdk_stepped_down"

	// The login.
	Unreachable       Cause = "unreachable"
	RefusedLogin      Cause = "refused_login"
	Locked            Cause = "locked"
	Resting           Cause = "resting" // nobody is tried after a refusal
	NotAllowed        Cause = "not_allowed"
	SDKMissing        Cause = "sdk_missing"
	SDKWorker         Cause = "sdk_worker" // a process of ours failed
	UnsupportedDevice Cause = "unsupported_device"
	Protocol          Cause = "protocol"

	// The stream at the recorder.
	StreamUnreachable Cause = "stream_unreachable" // the login went well, the stream's connection does not
	NoPermission      Cause = "no_permission"
	NoSuchChannel     Cause = "no_such_channel"
	CameraOffline     Cause = "camera_offline"
	Busy              Cause = "busy"
	NoRecording       Cause = "no_recording"
	NoStreamData      Cause = "no_stream_data"
	SoundOnly         Cause = "sound_only"
	NoKeyFrame        Cause = "no_key_frame"
	Damaged           Cause = "damaged"
	UnsupportedCodec  Cause = "unsupported_codec"
	SourceLost        Cause = "source_lost" // it was there before

	// The media server.
	RTMPUnreachable  Cause = "rtmp_unreachable"
	RTMPSilent       Cause = "rtmp_silent" // takes the connection and says nothing that makes sense
	RTMPRefused      Cause = "rtmp_refused"
	RTMPLost         Cause = "rtmp_lost"
	HEVCServer       Cause = "hevc_server" // the server drops H.265
	ServerStalls     Cause = "server_stalls"
	ServerLostStream Cause = "server_lost_stream" // published here, and not in the server's list

	// The end.
	Stopped         Cause = "stopped"
	HeartbeatMissed Cause = "heartbeat_missed"
	RecordingOver   Cause = "recording_over"
	CallerGone      Cause = "caller_gone"
	ServiceClosing  Cause = "service_closing"
	Failing         Cause = "failing" // for a reason that has no name
)

// Causes returns all causes. The caller owns the slice.
func Causes() []Cause {
	return []Cause{
		Healthy, Starting, Recovering, Paused, HEVCBrowser, NobodyWatches, RareKeyFrames, ServerSlow, SDKSteppedDown,
		Unreachable, RefusedLogin, Locked, Resting, NotAllowed, SDKMissing, SDKWorker, UnsupportedDevice, Protocol,
		StreamUnreachable, NoPermission, NoSuchChannel, CameraOffline, Busy, NoRecording, NoStreamData, SoundOnly, NoKeyFrame, Damaged,
		UnsupportedCodec, SourceLost,
		RTMPUnreachable, RTMPSilent, RTMPRefused, RTMPLost, HEVCServer, ServerStalls, ServerLostStream,
		Stopped, HeartbeatMissed, RecordingOver, CallerGone, ServiceClosing, Failing,
	}
}

// words are what a person is told of a cause. Words in braces are filled in, see examination.filler.
type words struct {
	severity   Severity
	login      bool // it always speaks of the login
	what, next Text
}

// words are found in the part of the road that a cause belongs to.
func (c Cause) words() words {
	for _, table := range []map[Cause]words{wellWords, loginWords, streamWords, serverWords, endWords} {
		if w, ok := table[c]; ok {
			return w
		}
	}
	return endWords[Failing]
}

// stepNames are the steps as a person calls them.
var stepNames = map[task.Step]Text{
	task.StepLogin:   {"login", "登录设备"},
	task.StepOpen:    {"opening the stream", "打开码流"},
	task.StepReceive: {"receiving data", "接收数据"},
	task.StepPicture: {"first key frame", "等待关键帧"},
	task.StepPublish: {"publishing", "推流"},
	task.StepSend:    {"sending pictures", "发送画面"},
	StepServer:       {"media server", "流媒体服务器"},
	StepViewers:      {"players", "播放端"},
}
