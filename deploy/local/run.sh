#!/usr/bin/env bash
# One silo and two gateways as processes of their own on this machine. Ctrl-C stops all three.
#   bash deploy/local/run.sh [folder for the data]
set -eu
cd "$(dirname "$0")/../.."
data=${1:-./data}
silo_port=11111
gateway_port=30000
first=5001

dotnet build -c Release silo -v quiet -nologo
pids=()
stop() {
  trap - INT TERM EXIT
  # Gateways first: they tell their sockets to come back while the silo still answers.
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do kill -TERM "${pids[i]}" 2>/dev/null || true; wait "${pids[i]}" 2>/dev/null || true; done
}
trap stop INT TERM EXIT

export DOTNET_ENVIRONMENT=${DOTNET_ENVIRONMENT:-Development}
export Orleans__Endpoints__SiloPort=$silo_port Orleans__Endpoints__GatewayPort=$gateway_port
Roles=Silo Storage__Path=$data urls=http://localhost:5000 dotnet silo/bin/Release/net10.0/Vaultrice.Silo.dll &
pids+=($!)
until curl -sf http://localhost:5000/health/ready >/dev/null; do kill -0 "${pids[0]}"; sleep 0.5; done
for gateway in 0 1; do
  urls=http://localhost:$((first + gateway)) dotnet silo/bin/Release/net10.0/Vaultrice.Gateway.dll &
  pids+=($!)
done
echo "Gateways at http://localhost:$first and http://localhost:$((first + 1))"
wait
