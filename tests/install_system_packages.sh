#!/bin/sh
# Installs the Debian packages that some tests run for real: sound servers without hardware,
# ffmpeg, desktops without a screen, a message bus, a player, two browsers, a mail server.
# Where that is not possible, those tests skip and say so.
set -eu

packages="pulseaudio pulseaudio-utils libportaudio2 libasound2-plugins ffmpeg
	pipewire pipewire-pulse wireplumber
	xvfb openbox xterm xdotool xclip xsel x11-xserver-utils sway foot wtype wl-clipboard grim
	dbus-daemon xdg-desktop-portal mpv mpv-mpris chromium firefox-esr
	dovecot-imapd dovecot-lmtpd dovecot-submissiond"

missing=""
for package in $packages; do
	dpkg -s "$package" >/dev/null 2>&1 || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

if ! command -v apt-get >/dev/null; then
	echo "tests of real devices and desktops will be skipped: install$missing" >&2
	exit 0
fi
as_root=""
[ "$(id -u)" -eq 0 ] || as_root="sudo -n"
export DEBIAN_FRONTEND=noninteractive
$as_root apt-get -o DPkg::Lock::Timeout=600 update -qq || true
known=""
for package in $missing; do # other distributions have some under other names, or in a box
	apt-cache show "$package" >/dev/null 2>&1 && known="$known $package"
done
# shellcheck disable=SC2086 # lists of words
$as_root apt-get -o DPkg::Lock::Timeout=600 install -y -qq --no-install-recommends $known &&
	[ "$known" = "$missing" ] ||
	echo "tests of real devices and desktops will be skipped: sudo apt install$missing" >&2
