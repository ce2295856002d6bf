// The words of the page in both languages. An element says with data-text which one it wants.

const words = {
  en: {
    api: 'API', ask: 'Ask for a picture', playBoth: 'Play both simulators', presetHikvision: 'Hikvision simulator', presetDahua: 'Dahua simulator',
    vendor: 'Maker', hikvision: 'Hikvision', dahua: 'Dahua', sub: 'sub', address: 'Address', port: 'SDK port', user: 'User', password: 'Password', channel: 'Channel', streamType: 'Stream',
    mainStream: 'main', subStream: 'sub', httpPort: 'HTTP port (optional)', rtspPort: 'RTSP port (optional)', play: 'Play',
    channelHint: 'The channel is the number of the maker\'s SDK: Hikvision counts IP channels mostly from 33, Dahua from 0.',
    playRecordings: 'Recordings of both', playRecording: 'Play recording', from: 'Recording from', until: 'Recording until',
    recordingHint: 'Times are those of the recorder\'s clock. Without them the last ten minutes that are recorded are played.',
    position: 'Position', pause: 'Pause', resume: 'Go on', speed: 'Speed', files: 'Recordings:',
    zoom: 'Zoom', zoomIn: 'zoom in', zoomOut: 'zoom out', focus: 'Focus', focusNear: 'focus near', focusFar: 'focus far',
    iris: 'Iris', irisOpen: 'iris open', irisClose: 'iris close', up: 'up', down: 'down', left: 'left', right: 'right',
    upLeft: 'up left', upRight: 'up right', downLeft: 'down left', downRight: 'down right',
    none: 'No picture yet.', fps: 'Pictures / s', bitrate: 'Bit rate', age: 'Last picture', codec: 'Coding',
    sound: 'Sound on', silence: 'Sound off', again: 'Try again', stop: 'Stop',
    missingTitle: 'The player is missing from this program.',
    missingText: 'It was built without mpegts.js, which comes from npm. Install npm and build again; everything else works without it:',
    unsupported: 'This browser has no Media Source Extensions, so it cannot show the picture. Open one of the addresses in a player.',
    cannotDecode: 'This browser cannot decode this coding. Ask for a stream in H.264, or open one of the addresses in a player.',
    noFLV: 'The service names no address that a browser can play.',
    starting: 'starting', connecting: 'connecting', playing: 'playing', retrying: 'reconnecting', waiting: 'trying again', failed: 'failed',
    paused: 'paused', busy: 'one moment', ended: 'ended', endedLong: 'The recording has ended (605).',
    startingLong: 'Asking the recorder …', connectingLong: 'Waiting for the picture …', ago: 's ago',
    code0: 'The API does not answer', code600: 'The request is not right', code601: 'No picture can be made of what the device sends',
    code602: 'The RTMP server is not reached, or refuses', code603: 'Live play does not start', code604: 'Playback does not start',
    code605: 'The stream has ended', code606: 'The recorder is not reached, or refuses the login', code607: 'No recording in this range',
    code608: 'The seek is refused', code609: 'The movement is refused', codeOther: 'The service reports a fault',
  },
  zh: {
    api: '接口', ask: '请求画面', playBoth: '同时播放两个模拟器', presetHikvision: '海康威视模拟器', presetDahua: '大华模拟器',
    vendor: '厂商', hikvision: '海康威视', dahua: '大华', sub: '子码流', address: '地址', port: 'SDK 端口', user: '用户名', password: '密码', channel: '通道', streamType: '码流',
    mainStream: '主码流', subStream: '子码流', httpPort: 'HTTP 端口（可选）', rtspPort: 'RTSP 端口（可选）', play: '播放',
    channelHint: '通道号为厂商 SDK 的编号：海康威视的 IP 通道大多从 33 开始，大华从 0 开始。',
    playRecordings: '两台的录像', playRecording: '播放录像', from: '录像开始时间', until: '录像结束时间',
    recordingHint: '时间以录像机的时钟为准。留空则播放最近十分钟的录像。',
    position: '播放位置', pause: '暂停', resume: '继续', speed: '速度', files: '录像文件：',
    zoom: '变倍', zoomIn: '放大', zoomOut: '缩小', focus: '聚焦', focusNear: '近焦', focusFar: '远焦',
    iris: '光圈', irisOpen: '光圈开', irisClose: '光圈关', up: '上', down: '下', left: '左', right: '右',
    upLeft: '左上', upRight: '右上', downLeft: '左下', downRight: '右下',
    none: '还没有画面。', fps: '帧率', bitrate: '码率', age: '最近一帧', codec: '编码',
    sound: '打开声音', silence: '关闭声音', again: '重试', stop: '停止',
    missingTitle: '此程序中没有播放器。',
    missingText: '编译时缺少来自 npm 的 mpegts.js。请安装 npm 后重新编译；其他功能不受影响：',
    unsupported: '此浏览器不支持 Media Source Extensions，无法显示画面。请用播放器打开下面的地址。',
    cannotDecode: '此浏览器无法解码这种编码。请选择 H.264 码流，或用播放器打开下面的地址。',
    noFLV: '服务没有给出浏览器可以播放的地址。',
    starting: '启动中', connecting: '连接中', playing: '播放中', retrying: '重新连接', waiting: '稍后重试', failed: '失败',
    paused: '已暂停', busy: '请稍候', ended: '已结束', endedLong: '录像已播放完毕（605）。',
    startingLong: '正在请求录像机 …', connectingLong: '正在等待画面 …', ago: '秒前',
    code0: '接口没有应答', code600: '请求参数有误', code601: '设备发来的数据无法解析为画面',
    code602: '无法连接 RTMP 服务器，或被其拒绝', code603: '实时播放无法启动', code604: '回放无法启动',
    code605: '该流已结束', code606: '无法连接录像机，或登录被拒绝', code607: '该时间段没有录像',
    code608: '定位被拒绝', code609: '云台控制被拒绝', codeOther: '服务报告故障',
  },
};

const key = 'mediapusher.language';
let language = remembered() ?? (navigator.language.startsWith('zh') ? 'zh' : 'en');

function remembered() {
  try {
    const value = localStorage.getItem(key);
    return value in words ? value : null;
  } catch { // storage may be forbidden
    return null;
  }
}

export function word(name) { return words[language][name] ?? name; }

// problem tells what a status_code means.
export function problem(code) { return words[language][`code${code}`] ?? `${word('codeOther')} (${code})`; }

export function choose(chosen) {
  language = chosen;
  try { localStorage.setItem(key, chosen); } catch { /* then it is asked again */ }
  translate(document);
  document.dispatchEvent(new Event('language'));
}

export function translate(root) {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  for (const element of root.querySelectorAll('[data-text]')) element.textContent = word(element.dataset.text);
  for (const element of root.querySelectorAll('[data-label]')) {
    element.title = word(element.dataset.label);
    element.setAttribute('aria-label', element.title);
  }
  for (const button of root.querySelectorAll('[data-language]')) button.setAttribute('aria-pressed', String(button.dataset.language === language));
}
