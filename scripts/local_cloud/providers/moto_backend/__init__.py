"""The one package that touches Moto's own objects; everything else deals in plain data of the AWS API.

One module for each part of Moto. A new Moto is met here, and in the contract tests that name its defects.
"""
