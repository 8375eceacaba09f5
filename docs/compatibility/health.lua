-- Health of any resource with a platform status contract, for Argo CD.
-- Argo CD runs Lua 5.1 with the base library alone, gives the resource as obj, and wants a table with two texts.

local function map(value)
  if type(value) == "table" then return value end
  return {}
end

local metadata, status = map(obj.metadata), map(obj.status)

-- The one condition Ready; two of them contradict each other, so they count as none.
local ready, found = {}, 0
for _, condition in ipairs(map(status.conditions)) do
  if type(condition) == "table" and condition.type == "Ready" then
    ready, found = condition, found + 1
  end
end
if found ~= 1 then ready = {} end

local function say(code, fallback)
  local message = ready.message
  if type(message) ~= "string" or message == "" then message = fallback end
  return {status = code, message = message}
end

if metadata.deletionTimestamp ~= nil then
  return {status = "Progressing", message = "Being deleted"}
end
-- What is said of an older generation is not said of what the user wants now.
local generation = metadata.generation
if type(generation) ~= "number" or map(status.health).observedGeneration ~= generation then
  return {status = "Progressing", message = "Waiting for a status of this generation"}
end

local phase = status.phase
if (phase == "Ready") ~= (ready.status == "True") then
  return {status = "Unknown", message = "Phase and condition Ready contradict each other"}
end
if phase == "Ready" then return say("Healthy", "Ready") end

local waiting = phase == "Scheduled" or phase == "Progressing"
local broken = phase == "Degraded" or phase == "Failed"
-- Somebody paused it, or has to approve it: not broken, and no use waiting for it.
if (waiting or broken) and (ready.reason == "Paused" or ready.reason == "WorkflowSuspended") then
  return say("Suspended", "Paused")
end
if waiting or phase == "Deleting" then return say("Progressing", "In progress") end
if broken then return say("Degraded", "Degraded") end
return say("Unknown", "The status does not say how it is")
