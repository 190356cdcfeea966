// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IOptionVault} from "../../../contracts/interfaces/IOptionVault.sol";

/// @title Token that burns one part in a hundred of every transfer
contract FeeToken is ERC20("Fee", "FEE") {
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (from != address(0) && to != address(0)) super._update(to, address(0), value / 100);
    }
}

/// @title Token that calls into the vault during transfers and keeps what the vault answered
contract ReentrantToken is ERC20("Reentrant", "RE") {
    IOptionVault public vault;
    bytes public attack;
    bytes4 public answer;
    bool public wentThrough;

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    function arm(IOptionVault target, bytes calldata callData) external {
        (vault, attack) = (target, callData);
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (attack.length == 0) return;
        bytes memory result;
        (wentThrough, result) = address(vault).call(attack);
        answer = bytes4(result);
    }
}

/// @title Token whose issuer can ban accounts, as the large dollar tokens can
contract BlacklistToken is ERC20("Blacklist", "BLK") {
    mapping(address account => bool) private _banned;

    error Banned(address account);

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function ban(address account) external {
        _banned[account] = true;
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    function _update(address from, address to, uint256 value) internal override {
        if (_banned[from]) revert Banned(from);
        if (_banned[to]) revert Banned(to);
        super._update(from, to, value);
    }
}
