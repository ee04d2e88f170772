print("hazamad")
