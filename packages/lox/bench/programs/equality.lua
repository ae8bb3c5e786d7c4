local SIZE = 8000000
local one = {}
local two = {}
local nothing = nil
local no = false
local text = "text"
local count = 0
local function same(a, b)
  return a == b
end
for i = 0, SIZE - 1 do
  if same(i, 5000) then count = count + 1 end
  if same(i, "5000") then count = count + 1 end
  if one == two or one ~= one then count = count + 1 end
  if nothing == no or text ~= text then count = count + 1 end
  if same(one, one) and same(nil, nil) then count = count + 1 end
end
print(count)
