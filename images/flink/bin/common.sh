# Functions that the entrypoint and sql-gateway.sh share.

# Prints the result of Flink's start-up tool: the effective configuration, or the JVM flags and memory options
# for a process size. Its log is shown only when it fails.
flink_utils() {
  local output
  if ! output=$(java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xshare:auto \
    -cp "$FLINK_HOME/bin/bash-java-utils.jar:$(echo "$FLINK_HOME"/lib/flink-dist-*.jar)" \
    org.apache.flink.runtime.util.bash.BashJavaUtils "$1" --configDir "$FLINK_HOME/conf" "${@:2}" 2>&1); then
    echo "$output" >&2
    return 1
  fi
  sed -n 's/^BASH_JAVA_UTILS_EXEC_RESULT://p' <<<"$output"
}

# Prints the value of an option in conf/config.yaml (one `key: value` per line), or nothing.
flink_option() {
  sed -n "s/^${1//./\\.}: //p" "$FLINK_HOME/conf/config.yaml" | sed -E "s/^(['\"])(.*)\1\$/\2/"
}

# Replaces the shell by the Java process: run_flink COMPONENT MAIN-CLASS CLASSPATH-EXTRAS ARGUMENTS…
run_flink() {
  local component=$1 main=$2 extras=$3
  local classpath options
  classpath=$(printf '%s:' "$FLINK_HOME"/lib/*.jar)$extras
  read -ra options <<<"${JVM_ARGS:-} $(flink_option env.java.opts.all) $(flink_option "env.java.opts.$component")"
  exec java "${options[@]}" \
    -Dlog.file="$FLINK_HOME/log/flink-$component.log" \
    -Dlog4j.configurationFile="file:$FLINK_HOME/conf/log4j-console.properties" \
    -cp "$classpath" "$main" "${@:4}"
}
