from tools.demo import main

main(prog_name='python -m tools.demo')
