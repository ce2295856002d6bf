package diagnosis

import (
	"fmt"
	"strconv"

	"mediapusher/task"
)

// steps are the road, stage by stage.
func (e *examination) steps() []Step {
	steps := make([]Step, 0, len(task.Steps())+2)
	for _, name := range task.Steps() {
		p := e.passage(name)
		s := Step{Step: name, State: stateOf(p.State), Took: took(p), Age: e.seconds(p.Ended), Error: own(p.Err)}
		if p.Ended.IsZero() {
			s.Age = e.seconds(p.Began)
		}
		e.tell(&s)
		steps = append(steps, s)
	}
	return append(steps, e.serverStep(), e.viewersStep())
}

func stateOf(state task.PassageState) State {
	switch state {
	case task.PassageDone:
		return Done
	case task.PassageRunning:
		return Running
	case task.PassageFailed:
		return Failed
	default:
		return Waiting
	}
}

// tell says what there is to say of one of the session's own steps, and warns where it is done and something is not as it should be.
func (e *examination) tell(s *Step) {
	name := stepNames[s.Step]
	switch s.State {
	case Done:
		s.What = e.done(s)
	case Running:
		s.What = Text{"Under way: " + name.EN + ".", "进行中：" + name.ZH + "。"}
	case Failed:
		s.What = Text{"Failed: " + name.EN + ".", "失败：" + name.ZH + "。"}
	default:
		s.What = Text{"Not its turn yet.", "尚未进行。"}
		if s.Age != nil {
			s.What = Text{"Broken off.", "已中断。"}
		}
	}
}

func (e *examination) done(s *Step) Text {
	t := &e.trace
	switch s.Step {
	case task.StepLogin:
		vendor := vendorName(t.Vendor)
		text := Text{"Logged in at " + vendor.EN + " " + t.Address, "已登录" + vendor.ZH + " " + t.Address}
		if t.Way != "" {
			way := wayName(t.Way)
			text = Text{text.EN + ", by " + way.EN, text.ZH + "，通过" + way.ZH}
		}
		if t.WayReason != "" {
			text = Text{text.EN + " (" + line(t.WayReason) + ")", text.ZH + "（" + line(t.WayReason) + "）"}
			if e.living() && e.steppedDown() {
				s.State = Warned
			}
		}
		return Text{text.EN + ".", text.ZH + "。"}
	case task.StepOpen:
		n := strconv.Itoa(t.Channel)
		return Text{"Channel " + n + ", " + t.StreamType + " stream, is open.", "通道 " + n + " 的" + streamName(t.StreamType) + "已打开。"}
	case task.StepReceive:
		if e.living() && !e.paused() && e.over(t.LastFrame, stallAfter) && t.BitsPerSecond == 0 {
			s.State = Warned
			return Text{"Nothing has come lately.", "最近没有收到数据。"}
		}
		rate := fmt.Sprintf("%.0f kbit/s, %.1f", t.BitsPerSecond/1000, t.FramesPerSecond)
		return Text{"Data come: " + rate + " pictures/s.", "正在接收数据：" + rate + " 帧/秒。"}
	case task.StepPicture:
		return e.pictured()
	case task.StepPublish:
		server := e.server(nil)
		return Text{"Accepted by " + server.EN + ".", "推流已被接受：" + server.ZH + "。"}
	default:
		return e.sending(s)
	}
}

func (e *examination) pictured() Text {
	t := &e.trace
	if t.VideoCodec == "" {
		return Text{"A key frame has come.", "已收到关键帧。"}
	}
	picture := t.VideoCodec
	if t.Width > 0 {
		picture += fmt.Sprintf(" %d×%d", t.Width, t.Height)
	}
	return Text{"A key frame has come: " + picture + ".", "已收到关键帧：" + picture + "。"}
}

func (e *examination) sending(s *Step) Text {
	t := &e.trace
	key := span(e.since(t.LastKeyFrame))
	if key.EN == "" {
		return Text{"Pictures go out.", "正在发送画面。"}
	}
	text := Text{"Pictures go out; the last key frame is " + key.EN + " old", "正在发送画面，距上一个关键帧 " + key.ZH}
	if t.Dropped > 0 {
		n := strconv.FormatUint(t.Dropped, 10)
		text = Text{text.EN + ", " + n + " units were dropped", text.ZH + "，已丢弃 " + n + " 个数据单元"}
	}
	switch {
	case !e.living(), e.paused():
	case e.over(t.LastFrame, stallAfter), e.keysAreRare(), e.dropping():
		s.State = Warned
	}
	return Text{text.EN + ".", text.ZH + "。"}
}

func (e *examination) paused() bool { return e.trace.Recording != nil && e.trace.Recording.Paused }

func streamName(name string) string {
	switch name {
	case "main":
		return "主码流"
	case "sub":
		return "子码流"
	default:
		return name
	}
}

// serverStep is the media server's own view.
func (e *examination) serverStep() Step {
	s := Step{Step: StepServer, State: Unknown}
	if e.view.Err != nil {
		s.Error = line(e.view.Err.Error())
	}
	switch {
	case !e.living():
		s.State, s.What = Waiting, Text{"The stream has ended.", "码流已结束。"}
	case !e.view.Known && e.view.Err != nil:
		s.What = Text{"The media server could not be asked (" + e.view.API + ").", "无法查询流媒体服务器（" + e.view.API + "）。"}
	case !e.view.Known:
		s.What = Text{"This media server is not asked, or is none that can be.", "不查询该流媒体服务器，或它不支持查询。"}
	case e.view.Publishing:
		s.State, s.What = Done, e.served()
	case e.over(e.acceptedAt(), settleTime):
		s.State, s.What = Failed, Text{"The media server does not have the stream.", "流媒体服务器上没有这路流。"}
	default:
		s.State, s.What = Waiting, Text{"The media server does not have the stream yet.", "流媒体服务器上还没有这路流。"}
	}
	return s
}

func (e *examination) served() Text {
	name := e.view.Kind
	if e.view.Version != "" {
		name += " " + line(e.view.Version)
	}
	facts := ""
	if e.view.VideoCodec != "" {
		facts += ", " + line(e.view.VideoCodec)
	}
	if e.view.BitsPerSecond > 0 {
		facts += fmt.Sprintf(", %.0f kbit/s", e.view.BitsPerSecond/1000)
	}
	return Text{"The media server has the stream (" + name + facts + ").", "流媒体服务器上有这路流（" + name + facts + "）。"}
}

func (e *examination) viewersStep() Step {
	s := Step{Step: StepViewers, State: Unknown, What: Text{"Not known.", "未知。"}}
	switch {
	case !e.living():
		s.State, s.What = Waiting, Text{"The stream has ended.", "码流已结束。"}
	case !e.view.Known:
	case !e.view.Publishing:
		s.State, s.What = Waiting, Text{"Nothing to play yet.", "还没有可播放的内容。"}
	case e.view.Viewers == 0:
		s.State, s.What = Warned, Text{"No player is connected to the media server.", "没有播放端连接到流媒体服务器。"}
	default:
		n := strconv.Itoa(e.view.Viewers)
		s.State, s.What = Done, Text{"Players at the media server: " + n + ".", "流媒体服务器上的播放端：" + n + " 个。"}
	}
	return s
}
