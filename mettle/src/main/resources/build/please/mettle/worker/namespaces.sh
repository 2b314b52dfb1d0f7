# SPDX-License-Identifier: Apache-2.0
#
# The first process of a PID namespace, in mount, IPC and perhaps network namespaces of its own, with
# all capabilities over these. Makes everything read-only but the input root and a /tmp, runs the
# command without capabilities, and tells descriptor 3 of it as bubblewrap does.
#
# Words: the input root, the directory of all actions, what becomes /tmp, the working directory, the
# options of unshare and of setpriv for the command, then its variables and the command.
set -e
root=$1 all=$2 temporary=$3 directory=$4 identity=$5 privileges=$6
shift 6

# /proc is still that of the namespace outside, which knows us by another number.
read -r number rest < /proc/self/stat
echo "\"child-pid\": $number" >&3

# What is covered can be reached from within it only, by a relative name that nobody resolves first.
cd "$root"
mount -n --bind "$temporary" /tmp
mkdir -p "$all"
mount -n -t tmpfs tmpfs "$all"
mkdir -p "$root"
mount -n -c --bind . "$root"

while read -r id parent device source place options rest; do
  case $place in
    "$root" | /tmp | /dev | /dev/* | /proc | /proc/*) continue ;;
    *\\*) place=$(printf %b "$place") ;;
  esac
  # All options that it has must be named again, or the kernel refuses. What is gone is covered.
  [ ! -e "$place" ] || mount -n -o "remount,bind,ro${options#r?},nosuid,nodev" "$place"
done < /proc/self/mountinfo

cd /dev
mount -n -t tmpfs -o mode=755,nosuid dev /dev
for device in null zero full random urandom tty; do
  [ -e "$device" ] || continue
  : > "/dev/$device"
  mount -n -c --bind "$device" "/dev/$device"
done
mkdir /dev/pts
mkdir -m 1777 /dev/shm
mount -n -t devpts -o newinstance,ptmxmode=0666 devpts /dev/pts
ln -s pts/ptmx /dev/ptmx
ln -s /proc/self/fd /dev/fd
ln -s fd/0 /dev/stdin
ln -s fd/1 /dev/stdout
ln -s fd/2 /dev/stderr

cd "$directory"
mount -n -t proc -o nosuid,nodev,noexec proc /proc
for entry in sys sysrq-trigger irq bus; do
  [ -e "/proc/$entry" ] || continue
  mount -n --bind "/proc/$entry" "/proc/$entry"
  mount -n -o remount,bind,ro,nosuid,nodev,noexec "/proc/$entry"
done

# Of use only in a network namespace of our own, and allowed only there.
ip link set lo up 2> /dev/null || :

# From here on what the shell has to say, such as who was killed, is no word of the command.
exec 4>&2 2> /dev/null
set +e
# shellcheck disable=SC2086 # each of them is several words
unshare $identity setpriv --no-new-privs $privileges env -i -- "$@" 2>&4 3>&- 4>&-
status=$?
echo '"exit-code"' >&3
exit "$status"
