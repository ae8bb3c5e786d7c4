local SIZE = 1600000
local function build(seed)
  local text = ""
  local n = seed
  for i = 0, 7 do
    if n >= 128 then
      n = n - 128
      text = text .. "alpha "
    else
      text = text .. "beta "
    end
    n = n * 2
  end
  return text
end
local wanted = build(170)
local found = 0
local seed = 0
for i = 0, SIZE - 1 do
  if build(seed) == wanted then found = found + 1 end
  seed = seed + 1
  if seed == 256 then seed = 0 end
end
print(found)
